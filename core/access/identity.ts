/**
 * What a caller of the coordinator may do, least first; `coordinator/access/permissions.ts` says which calls each may make.
 * viewer reads, submitter also submits and steers sweeps, worker runs trials, admin may do what a submitter may and what
 * concerns the cluster itself.
 */
export const ROLES = ['viewer', 'submitter', 'worker', 'admin'] as const;

export type Role = (typeof ROLES)[number];

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** Who makes a call: a person, a program or a worker, as its token or certificate names it. */
export interface Identity {
  /** 1 to 64 letters, digits, `_` or `-`. Of a worker: the only name under which it may run trials. */
  readonly name: string;
  readonly role: Role;
}

/** Everybody, where the coordinator asks nobody who they are: on a loopback address without tokens. */
export const ANYONE: Identity = { name: 'anyone', role: 'admin' };
