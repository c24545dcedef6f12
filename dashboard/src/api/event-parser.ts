export interface StreamEvent {
  /** `message` unless the stream names it. */
  readonly type: string;
  readonly data: string;
}

/**
 * Cuts server-sent events out of text that arrives in arbitrary pieces (HTML Standard §9.2.6, as far as our gateway uses it: LF line
 * ends, one data line). Comments yield nothing.
 * @returns takes the next piece, gives the events that it completes.
 */
export function createEventParser(): (piece: string) => StreamEvent[] {
  let buffer = '';
  return (piece) => {
    const blocks = (buffer + piece).split('\n\n');
    buffer = blocks.pop() ?? '';
    return blocks.flatMap((block) => {
      const fields = new Map(block.split('\n').map(parseLine));
      const data = fields.get('data');
      return data === undefined ? [] : [{ type: fields.get('event') ?? 'message', data }];
    });
  };
}

function parseLine(line: string): readonly [field: string, value: string] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}
