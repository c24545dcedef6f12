import type { Logger } from '../runtime/logger.ts';
import type { Emit } from './events.ts';

/**
 * One log line for each event; the level says who should care: `info` is what a person watching a worker wants to see.
 */
export function createEventLog(logger: Logger): Emit {
  return (event) => {
    const { type, ...facts } = event;
    switch (event.type) {
      case 'stream:open':
        return logger.info(facts, 'Connected to the coordinator.');
      case 'stream:lost':
        // The first of an outage, then one in ten: at the cap that is about one a minute.
        return logger[event.attempt % 10 === 0 ? 'warn' : 'debug'](
          facts,
          'The stream to the coordinator is down. Trials go on.',
        );
      case 'stream:stale-epoch':
        return logger.warn(
          facts,
          `Expected leadership epoch ${event.highest} or higher, got ${event.epoch}. Refused the coordinator.`,
        );
      case 'credentials:not-read':
        return logger.error(facts, 'The credentials could not be read again; the last good ones are shown.');
      case 'nats:connected':
        return logger.info(facts, 'Connected to NATS.');
      case 'nats:unreachable':
        return logger.error(
          { ...facts, code: 'NATS_UNREACHABLE' },
          `Expected NATS at ${event.servers.join(', ')}, got: ${event.error}. The outbox keeps the results; trying again.`,
        );
      case 'nats:refused':
        return logger.error(
          { ...facts, code: 'NATS_UNREACHABLE' },
          `Expected JetStream to take record ${event.recordId}, got: ${event.error}. The outbox keeps it; trying again.`,
        );
      case 'outbox:opened':
        if (event.damagedBytes > 0)
          logger.warn(facts, `The outbox held ${event.damagedBytes} bytes of torn or damaged records.`);
        return event.records > 0 ? logger.info(facts, 'The outbox holds records of an earlier run.') : undefined;
      case 'outbox:disk-refused':
        return logger.error(facts, 'The disk refused a record of the outbox.');
      case 'record:invalid':
        return logger.error(facts, 'A trial said something that cannot be stored.');
      case 'trial:assigned':
      case 'trial:finished':
      case 'agent:state':
        return logger.info(facts, type);
      case 'trial:warning':
        return logger.warn(facts, event.message);
      case 'checkpoints:not-removed':
        return logger.warn(facts, 'The disk refused to forget checkpoints that nobody needs any more.');
      case 'trial:released':
      case 'slot:exited':
      case 'shutdown:unreceipted':
        return logger.warn(facts, type);
      case 'record:kept':
      case 'record:published':
      case 'record:receipted':
      case 'trial:queued':
      case 'trial:started':
      case 'slot:state':
      case 'slot:output':
        return logger.debug(facts, type);
    }
  };
}
