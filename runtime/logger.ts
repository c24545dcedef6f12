import { type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * JSON lines on stderr: stdout belongs to the command's own output. What cannot be written, because the log is a file on a disk
 * that is full, is dropped: a worker whose outbox waits for the disk must not die of its log.
 * @param fd where the lines go; default: stderr.
 */
export function createLogger(name: string, level: LogLevel, fd = 2): Logger {
  const destination = pino.destination({ fd, sync: true });
  destination.on('error', () => undefined);
  return pino({ name, level, base: { name, pid: process.pid } }, destination);
}
