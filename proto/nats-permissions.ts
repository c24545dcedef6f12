import { type NatsNames, natsInbox } from './subjects.ts';

/** Subjects that one NATS user may publish to and listen on; everything else is refused. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/**
 * A worker may publish its own records and hear the answers, and nothing else: no other worker's subject, no stream, no
 * administration of JetStream.
 */
export function workerPermissions(names: NatsNames, worker: string): NatsPermissions {
  return { publish: [names.recordSubject(worker)], subscribe: [`${natsInbox(worker)}.>`] };
}

/** Any worker of a machine whose programs trust each other: it may deliver records, and read and administer nothing. */
export function anyWorkerPermissions(names: NatsNames): NatsPermissions {
  return { publish: [names.recordSubjects], subscribe: [`${natsInbox('*')}.>`] };
}

/**
 * The coordinator makes and reads the streams of its namespace, and puts records there of results that are reused. It may not delete or purge one, nor a message of one: what JetStream
 * has acknowledged outlives even a coordinator that was taken over.
 */
export function coordinatorPermissions(names: NatsNames): NatsPermissions {
  // A bucket is a stream by another name.
  const streams = [names.eventStream, names.recordStream, `KV_${names.leaderBucket}`];
  return {
    publish: [
      names.eventSubject,
      names.reusedSubject,
      `$KV.${names.leaderBucket}.>`,
      '$JS.API.INFO',
      ...streams.flatMap(streamSubjects),
    ],
    subscribe: [`${natsInbox()}.>`],
  };
}

function streamSubjects(stream: string): string[] {
  return [
    ...['CREATE', 'INFO', 'UPDATE', 'MSG.GET'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.>`,
    // The second forms are of servers before 2.9, and of unnamed consumers.
    ...['CREATE', 'DURABLE.CREATE', 'INFO', 'MSG.NEXT', 'DELETE'].flatMap((verb) => [
      `$JS.API.CONSUMER.${verb}.${stream}.>`,
      `$JS.API.CONSUMER.${verb}.${stream}`,
    ]),
    `$JS.ACK.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ];
}
