/** Reads server-sent events one block at a time, so that a test awaits events and not the clock. */
export interface EventReader {
  readonly response: Response;
  /** The next block: an event or a comment. undefined when the stream has ended. */
  next(): Promise<EventBlock | undefined>;
  /** Leaves, as a closed tab would. */
  leave(): Promise<void>;
}

export interface EventBlock {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly comment?: string;
}

export async function openEvents(url: string): Promise<EventReader> {
  const response = await fetch(url);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';

  async function next(): Promise<EventBlock | undefined> {
    for (;;) {
      const end = buffer.indexOf('\n\n');
      if (end >= 0) {
        const block = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        return parseBlock(block);
      }
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) return undefined;
      buffer += value;
    }
  }
  return { response, next, leave: async () => reader?.cancel() };
}

function parseBlock(block: string): EventBlock {
  const fields = block.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon) || 'comment', line.slice(colon + 1).trimStart()] as const;
  });
  return Object.fromEntries(fields);
}
