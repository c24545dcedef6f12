import { scanFrames } from '../../worker/outbox/frame.ts';
import type { DiskFile } from './disk.ts';

interface Read {
  bytes: number;
  readonly kept: Set<string>;
  readonly forgotten: Set<string>;
}

/** Reads outbox files again and again, each byte once: files only grow. */
export function createFrameReader(): (files: readonly DiskFile[]) => ReadonlySet<string> {
  const reads = new WeakMap<object, Read>();

  function read({ identity, bytes }: DiskFile): Read {
    const earlier = reads.get(identity);
    const known =
      earlier && earlier.bytes <= bytes.length
        ? earlier
        : { bytes: 0, kept: new Set<string>(), forgotten: new Set<string>() };
    const { frames, damagedBytes } = scanFrames(bytes.subarray(known.bytes));
    for (const { kind, id } of frames) (kind === 'keep' ? known.kept : known.forgotten).add(id);
    // Behind a torn frame, which may be whole the next time.
    if (damagedBytes === 0) known.bytes = bytes.length;
    reads.set(identity, known);
    return known;
  }

  return (files) => {
    const all = files.map(read);
    const ids = new Set(all.flatMap(({ kept }) => [...kept]));
    for (const { forgotten } of all) for (const id of forgotten) ids.delete(id);
    return ids;
  };
}
