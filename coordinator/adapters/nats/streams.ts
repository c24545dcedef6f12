import { DiscardPolicy, nanos, RetentionPolicy, StorageType, type StreamConfig, type StreamInfo } from 'nats';
import { TickworkError } from '../../../core/errors.ts';
import type { NatsLink } from './connection.ts';
import { JETSTREAM_CODE, jetStreamCode } from './nats-errors.ts';

export interface StreamSettings {
  readonly name: string;
  readonly subjects: string;
  /** 1 on a single server, 3 on a cluster. */
  readonly replicas: number;
  /** A full stream refuses new messages; -1 for no limit. */
  readonly maxBytes: number;
}

/** Publishers that retry within this window are told that the message is there already. */
const DUPLICATE_WINDOW_MS = 2 * 60_000;

/**
 * The stream as it is on the server, created when it is missing. Limits retention and "discard new": nothing is ever dropped
 * to make room, and nobody can delete or purge through the API.
 * @throws TickworkError CONFIG_INVALID when a stream of this name exists that could lose messages.
 */
export async function ensureStream(link: NatsLink, settings: StreamSettings): Promise<StreamInfo> {
  const config = {
    name: settings.name,
    subjects: [settings.subjects],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    num_replicas: settings.replicas,
    max_bytes: settings.maxBytes,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    deny_delete: true,
    deny_purge: true,
    allow_direct: true,
  } satisfies Partial<StreamConfig>;
  try {
    return check(await link.manager.streams.info(settings.name), config);
  } catch (error) {
    if (jetStreamCode(error) !== JETSTREAM_CODE.STREAM_NOT_FOUND) throw error;
  }
  try {
    return await link.manager.streams.add(config);
  } catch (error) {
    // Another process was faster, with other settings.
    if (jetStreamCode(error) !== JETSTREAM_CODE.STREAM_NAME_IN_USE) throw error;
    return check(await link.manager.streams.info(settings.name), config);
  }
}

/** Sizes and replicas are the operator's to change; what keeps messages is not. */
function check(info: StreamInfo, wanted: Partial<StreamConfig>): StreamInfo {
  for (const key of ['storage', 'retention', 'discard', 'subjects'] as const) {
    if (String(info.config[key]) === String(wanted[key])) continue;
    const message =
      `Expected the JetStream stream ${info.config.name} to have ${key} ${String(wanted[key])}, got ${String(info.config[key])}. ` +
      'Give Tickwork another namespace, or edit the stream.';
    throw new TickworkError('CONFIG_INVALID', message);
  }
  if (info.config.max_age > 0) {
    const message = `Expected the JetStream stream ${info.config.name} to keep messages for ever, got a max_age. Edit the stream.`;
    throw new TickworkError('CONFIG_INVALID', message);
  }
  return info;
}
