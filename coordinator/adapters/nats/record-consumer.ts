import { AckPolicy, type Consumer, type ConsumerConfig, DeliverPolicy, nanos } from 'nats';
import type { Clock } from '../../../runtime/clock.ts';
import type { NatsLink } from './connection.ts';
import { JETSTREAM_CODE, jetStreamCode } from './nats-errors.ts';

export interface RecordConsumerSettings {
  readonly stream: string;
  readonly durable: string;
  readonly ackWaitMs: number;
  readonly replicas: number;
}

/** Delivered and not yet acknowledged: bounds what the coordinator holds in memory. */
export const MAX_ACK_PENDING = 2_000;

/** The durable pull consumer of the record stream, created when it is missing. */
export async function ensureRecordConsumer(link: NatsLink, settings: RecordConsumerSettings): Promise<Consumer> {
  const config = {
    durable_name: settings.durable,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(settings.ackWaitMs),
    max_ack_pending: MAX_ACK_PENDING,
    max_deliver: -1,
    num_replicas: settings.replicas,
  } satisfies Partial<ConsumerConfig>;
  try {
    const { config: found } = await link.manager.consumers.info(settings.stream, settings.durable);
    if (found.ack_wait !== config.ack_wait) {
      await link.manager.consumers.update(settings.stream, settings.durable, { ack_wait: config.ack_wait });
    }
  } catch (error) {
    if (jetStreamCode(error) !== JETSTREAM_CODE.CONSUMER_NOT_FOUND) throw error;
    await link.manager.consumers.add(settings.stream, config);
  }
  return link.jetStream.consumers.get(settings.stream, settings.durable);
}

/** The server looks for expired deliveries 100 ms after `ack_wait` has changed (2.9 to 2.12). */
const EXPIRY_CHECK_MS = 300;

/**
 * Has what an earlier process took and never acknowledged delivered now, rather than `ack_wait` after that process died: a
 * moment's tiny `ack_wait` makes the server's expiry find it. Where a server does not, it comes after `ack_wait` as usual.
 */
export async function reclaimDeliveries(link: NatsLink, settings: RecordConsumerSettings, clock: Clock): Promise<void> {
  const { stream, durable } = settings;
  const { num_ack_pending } = await link.manager.consumers.info(stream, durable);
  if (num_ack_pending === 0) return;
  await link.manager.consumers.update(stream, durable, { ack_wait: nanos(1) });
  await clock.sleep(EXPIRY_CHECK_MS);
  await link.manager.consumers.update(stream, durable, { ack_wait: nanos(settings.ackWaitMs) });
}
