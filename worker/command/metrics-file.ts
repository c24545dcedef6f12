import { type FileHandle, open } from 'node:fs/promises';
import { type MetricLine, readMetricLine } from '../../core/command/metric-line.ts';

/** Longer lines are not read on: a program that writes something else into the file must not fill the memory. */
const MAX_LINE_BYTES = 64 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** Follows a file to which a program appends lines, by looking at what was added. */
export interface MetricsFile {
  /** The whole lines since the last call, in order. */
  read(): Promise<readonly MetricLine[]>;
  /** The last line too, if it was never ended. */
  end(): Promise<readonly MetricLine[]>;
}

/** Creates the file. */
export async function openMetricsFile(path: string): Promise<MetricsFile> {
  const file: FileHandle = await open(path, 'w+', 0o600);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let position = 0;
  let rest = Buffer.alloc(0);

  async function lines(): Promise<string[]> {
    const whole: string[] = [];
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
      if (bytesRead === 0) return whole;
      position += bytesRead;
      rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        whole.push(rest.subarray(0, at).toString());
        rest = rest.subarray(at + 1);
      }
      if (rest.length > MAX_LINE_BYTES) rest = rest.subarray(0, MAX_LINE_BYTES);
    }
  }

  const parsed = (texts: readonly string[]): MetricLine[] =>
    texts.filter((text) => text.trim() !== '').map(readMetricLine);

  return {
    read: async () => parsed(await lines()),
    async end() {
      const whole = await lines();
      await file.close();
      return parsed([...whole, rest.toString()]);
    },
  };
}
