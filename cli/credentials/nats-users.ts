import { fromSeed } from 'nkeys.js';
import {
  anyWorkerPermissions,
  coordinatorPermissions,
  type NatsPermissions,
  workerPermissions,
} from '../../proto/nats-permissions.ts';
import { natsNames } from '../../proto/subjects.ts';

/** A program that speaks to NATS, and the seed of its nkey. */
export interface NatsMember {
  /** Of a worker; absent: the coordinator. */
  readonly worker?: string;
  readonly seed: string;
}

const ANY_WORKER = 'any-worker';

/**
 * The `authorization` block of a nats-server: each program by the public half of its nkey, limited to its own subjects. It holds no
 * secret.
 * @param anyWorker lets whoever has no key deliver records as any worker, on a server that only this machine reaches; otherwise it
 * is refused.
 */
export function natsAuthorization(
  namespace: string,
  members: readonly NatsMember[],
  { anyWorker = false }: { readonly anyWorker?: boolean } = {},
): string {
  const names = natsNames(namespace);
  const users = members.map(({ worker, seed }) => {
    const permissions = worker === undefined ? coordinatorPermissions(names) : workerPermissions(names, worker);
    const key = fromSeed(new TextEncoder().encode(seed)).getPublicKey();
    return `    # ${worker ?? 'coordinator'}\n    { nkey: ${key}, permissions: {\n${linesOf(permissions)}\n    } }`;
  });
  if (anyWorker) {
    users.push(
      `    { user: ${ANY_WORKER}, password: "", permissions: {\n${linesOf(anyWorkerPermissions(names))}\n    } }`,
    );
  }
  const noKey = anyWorker ? `no_auth_user: ${ANY_WORKER}\n` : '';
  return `${noKey}authorization {\n  users: [\n${users.join(',\n')}\n  ]\n}\n`;
}

function linesOf({ publish, subscribe }: NatsPermissions): string {
  const list = (subjects: readonly string[]): string => subjects.map((subject) => JSON.stringify(subject)).join(', ');
  return `      publish: { allow: [${list(publish)}] },\n      subscribe: { allow: [${list(subscribe)}] }`;
}
