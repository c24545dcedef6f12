import { natsNames } from '../../proto/subjects.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Emit } from '../events.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { NATS_BACKOFF, type WorkerTimings } from '../timings.ts';
import type { NatsLink, NatsLinkOptions } from './nats-link.ts';
import { createPublicationQueue } from './publication-queue.ts';

/**
 * Carries the outbox's records to JetStream, again and again until their receipts come (publication-queue.ts says
 * when). It never takes a record out of the outbox.
 */
export interface Publisher {
  /** Where to publish; may change when the coordinator comes back with other addresses. @throws on an unusable one. */
  connect(destination: Destination): void;
  offer(recordId: string): void;
  withdraw(recordIds: readonly string[]): void;
  /** Publishes everything without a receipt again, for example because the coordinator has restarted. */
  refresh(): void;
  /** Whether there is a connection to NATS now. */
  readonly connected: boolean;
  /** Records that JetStream has not acknowledged even once. */
  readonly unacknowledged: number;
  close(): Promise<void>;
}

export interface Destination {
  readonly servers: readonly string[];
  readonly namespace: string;
}

export interface PublisherDeps {
  readonly worker: string;
  readonly outbox: Pick<Outbox, 'get' | 'ids'>;
  readonly timings: WorkerTimings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit;
  readonly openLink: (options: NatsLinkOptions) => NatsLink;
}

/** Publications without an answer; reliability.md §7.5 allows 256, a worker's records are few. */
const WINDOW = 64;

export function createPublisher(deps: PublisherDeps): Publisher {
  const { worker, outbox, timings, clock, random, emit, openLink } = deps;
  const queue = createPublicationQueue({ refused: NATS_BACKOFF, ...timings });
  let link: NatsLink | undefined;
  let linkedTo = '';
  let subject = '';
  let refusing = false;
  let alarm = new AbortController();
  let alarmMs = Number.POSITIVE_INFINITY;
  let closed = false;

  /** Publishes what is ready, as far as the window allows, and wakes itself when the next resting record is due. */
  function pump(): void {
    if (closed || !link?.connected) return;
    for (const id of queue.take(clock.now(), WINDOW - queue.inFlight)) void publish(link, id);
    const dueMs = queue.nextDueMs();
    if (dueMs !== undefined && dueMs < alarmMs) setAlarm(dueMs);
  }

  function setAlarm(dueMs: number): void {
    alarm.abort();
    const { signal } = (alarm = new AbortController());
    alarmMs = dueMs;
    void clock.sleep(Math.max(1, dueMs - clock.now()), signal).then(() => {
      if (signal.aborted) return;
      alarmMs = Number.POSITIVE_INFINITY;
      pump();
    });
  }

  async function publish(over: NatsLink, id: string): Promise<void> {
    try {
      const payload = outbox.get(id);
      if (!payload) return queue.withdraw(id);
      const { duplicate } = await over.publish(subject, payload, id);
      queue.acknowledged(id, clock.now(), random());
      refusing = false;
      emit({ type: 'record:published', recordId: id, duplicate });
    } catch (error) {
      queue.refused(id, clock.now(), random());
      if (!refusing) emit({ type: 'nats:refused', recordId: id, error: describe(error) });
      refusing = true;
    } finally {
      pump();
    }
  }

  function refresh(): void {
    queue.refresh();
    pump();
  }

  for (const id of outbox.ids()) queue.offer(id);
  return {
    connect({ servers, namespace }) {
      if (servers.length === 0) throw new Error('Expected the address of a NATS server, got none.');
      subject = natsNames(namespace).recordSubject(worker);
      if (link && linkedTo === servers.join()) return refresh();
      linkedTo = servers.join();
      void link?.close();
      link = openLink({
        servers,
        clientName: `tickwork worker ${worker}`,
        worker,
        publishTimeoutMs: timings.publishTimeoutMs,
        clock,
        random,
        emit,
        onConnected: refresh,
      });
    },
    offer(recordId) {
      queue.offer(recordId);
      pump();
    },
    withdraw(recordIds) {
      for (const id of recordIds) queue.withdraw(id);
    },
    refresh,
    get connected() {
      return link?.connected ?? false;
    },
    get unacknowledged() {
      return queue.unacknowledged;
    },
    async close() {
      closed = true;
      alarm.abort();
      await link?.close();
    },
  };
}

/** "503" is what NATS says where no stream listens on the subject. */
function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === '503' ? 'no JetStream stream takes this subject (503)' : (message ?? String(error));
}
