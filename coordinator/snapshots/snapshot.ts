import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { EMPTY_INDEX_SET } from '../../core/collections/index-set.ts';
import { type ClusterState, gridOf, type SweepState } from '../../core/sweep/state.ts';
import { sweepsOf } from '../../core/sweep/sweeps.ts';
import { SOFTWARE_VERSION } from '../../proto/protocol-version.ts';

/** The state of a cluster after one batch of its event log. */
export interface Snapshot {
  readonly state: ClusterState;
  /** The batch, and its id, which no batch of another log has. */
  readonly sequence: number;
  readonly batchId: string;
}

/** The first line of a file; what follows it are `bytes` bytes, the state in V8's structured-clone format. */
interface Header {
  /** Of the file and of what `evolve` makes of events: a state of another version is not gone on from. */
  readonly version: string;
  readonly sequence: number;
  readonly batchId: string;
  readonly bytes: number;
  /** SHA-256 (hex) of these bytes. */
  readonly sha256: string;
}

/** Raise the number when `evolve` makes another state of the same events. */
const VERSION = `3/${SOFTWARE_VERSION}`;
const LINE_END = 0x0a;

/** What has functions is told otherwise: grids follow from their studies, sets of indices are lists. */
type PlainSweep = Omit<SweepState, 'grid' | 'live'> & { readonly live: readonly number[] };

type PlainState = Omit<ClusterState, 'sweeps'> & { readonly sweeps: readonly PlainSweep[] };

export function encodeSnapshot({ state, sequence, batchId }: Snapshot): Buffer {
  const sweeps = [...state.sweeps.values()].map(
    ({ grid: _, live, ...rest }): PlainSweep => ({ ...rest, live: [...live] }),
  );
  const plain: PlainState = { ...state, sweeps };
  const body = serialize(plain);
  const header: Header = { version: VERSION, sequence, batchId, bytes: body.length, sha256: hashOf(body) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
}

/** @throws Error saying what is wrong with the bytes. */
export function decodeSnapshot(file: Buffer): Snapshot {
  const end = file.indexOf(LINE_END);
  if (end < 0) throw new Error(`Expected a header line, got ${file.length} bytes without one.`);
  const { version, sequence, batchId, bytes, sha256 } = JSON.parse(file.toString('utf8', 0, end)) as Header;
  if (version !== VERSION) throw new Error(`Expected version ${VERSION}, got ${version}.`);
  const body = file.subarray(end + 1);
  if (body.length !== bytes || hashOf(body) !== sha256)
    throw new Error(`Expected ${bytes} bytes of hash ${sha256}, got ${body.length} of hash ${hashOf(body)}.`);
  const plain = deserialize(body) as PlainState;
  const sweeps = plain.sweeps.map(({ live, ...rest }): SweepState => {
    const cells = live.reduce((set, cell) => set.with(cell), EMPTY_INDEX_SET);
    return { ...rest, grid: gridOf(rest), live: cells };
  });
  return { state: { ...plain, sweeps: sweepsOf(sweeps) }, sequence, batchId };
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
