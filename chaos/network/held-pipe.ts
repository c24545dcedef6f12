import type { Socket } from 'node:net';

/** What a link does to the bytes of one direction. */
export interface Weather {
  /** Nothing passes; the bytes wait, as in a network that lost its packets for a while. */
  readonly cut: boolean;
  /** Each piece is this late, ms, and up to `jitterMs` more. */
  readonly delayMs: number;
  readonly jitterMs: number;
}

/** One direction of one connection. Bytes keep their order; the end of the sender passes behind its last byte. */
export interface HeldPipe {
  /** The weather has changed. */
  flush(): void;
}

/** A sender that is so far ahead is read no further: its own send buffer fills, as behind a real partition. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

export function createHeldPipe(from: Socket, to: Socket, weather: () => Weather, random: () => number): HeldPipe {
  const held: { readonly bytes: Buffer | 'end'; dueAt: number }[] = [];
  let heldBytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    while (held.length > 0 && !weather().cut) {
      const [first] = held as [(typeof held)[number]];
      const wait = first.dueAt - performance.now();
      if (wait > 0) {
        timer = setTimeout(flush, wait);
        return;
      }
      held.shift();
      if (first.bytes === 'end') to.end();
      else {
        heldBytes -= first.bytes.length;
        to.write(first.bytes);
      }
    }
    if (heldBytes < MAX_HELD_BYTES && from.isPaused()) from.resume();
  }

  function hold(bytes: Buffer | 'end'): void {
    const { delayMs, jitterMs } = weather();
    const previous = held.at(-1)?.dueAt ?? 0;
    held.push({ bytes, dueAt: Math.max(previous, performance.now() + delayMs + jitterMs * random()) });
    if (bytes !== 'end') heldBytes += bytes.length;
    if (heldBytes >= MAX_HELD_BYTES) from.pause();
    flush();
  }

  from.on('data', hold);
  from.on('end', () => hold('end'));
  from.on('close', () => clearTimeout(timer));
  return { flush };
}
