/**
 * The only file that spells NATS names. `namespace` separates clusters that share one NATS server.
 * Token rules: a subject token holds no dot, space, `*` or `>`.
 */
export interface NatsNames {
  /** Stream and subject of the coordinator's event log. */
  readonly eventStream: string;
  readonly eventSubject: string;
  /** Stream of the workers' records, and the subjects it listens on. */
  readonly recordStream: string;
  readonly recordSubjects: string;
  /** Durable pull consumer on the record stream of the coordinator with this table. */
  recordConsumer(tableId: string): string;
  /** Key-value bucket in which coordinators compete for the leadership. */
  readonly leaderBucket: string;
  /** Subject of one worker's records: a worker may be limited to its own by NATS permissions. */
  recordSubject(worker: string): string;
  /** Subject of the records that the coordinator puts there itself; a worker's has a token less. */
  readonly reusedSubject: string;
}

/**
 * Prefix of the subjects on which a program hears answers to its requests: nobody else may listen there.
 * @param worker its name; none for the coordinator.
 */
export function natsInbox(worker?: string): string {
  return worker === undefined ? '_INBOX.coordinator' : `_INBOX.worker.${worker}`;
}

const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether `text` may be a namespace or a worker name. */
export function isSubjectToken(text: string): boolean {
  return TOKEN.test(text);
}

export function natsNames(namespace: string): NatsNames {
  if (!isSubjectToken(namespace)) {
    throw new Error(
      `Expected the NATS namespace to be 1 to 64 letters, digits, "_" or "-", got ${JSON.stringify(namespace)}.`,
    );
  }
  const upper = namespace.toUpperCase().replaceAll('-', '_');
  return {
    eventStream: `${upper}_EVENTS`,
    eventSubject: `${namespace}.events`,
    recordStream: `${upper}_RECORDS`,
    recordSubjects: `${namespace}.records.>`,
    recordConsumer: (tableId) => `${namespace}-coordinator-${tableId}`,
    leaderBucket: `${upper}_LEADER`,
    recordSubject: (worker) => `${namespace}.records.${worker}`,
    reusedSubject: `${namespace}.records.coordinator.reused`,
  };
}
