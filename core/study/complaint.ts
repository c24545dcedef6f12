import type { Path } from './yaml-positions.ts';

/** What is wrong with one place of a study, before the place has its line. */
export interface Complaint {
  readonly path: Path;
  readonly message: string;
}
