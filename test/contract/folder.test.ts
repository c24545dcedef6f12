import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Folder } from '../../worker/outbox/folder.ts';
import { type FolderBench, nodeAdapter, simulatedAdapter } from './folder-adapters.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const files = async (folder: Folder): Promise<string[]> =>
  [...(await folder.list())].filter((name) => name.endsWith('.log')).sort();

/** Nobody can cut this machine's power: what a disk keeps then is asked of the simulated one alone, below. */
describe.each([nodeAdapter, simulatedAdapter])('folder: $name', ({ create }) => {
  let bench: FolderBench;
  let folder: Folder;
  beforeEach(async () => {
    bench = await create();
    folder = await bench.open();
  });
  afterEach(async () => {
    await folder.close();
    await bench[Symbol.asyncDispose]();
  });
  const check = (title: string, work: () => Promise<void>) => test(title, () => bench.during(work));

  check('a new one has no files', async () => {
    expect(await files(folder)).toEqual([]);
  });

  check('what was written is read, in the order it was written', async () => {
    const file = await folder.create('a.log');
    for (const text of ['one ', 'two ', 'three']) {
      const contents = bytes(text);
      for (let written = 0; written < contents.length; ) written += await file.write(contents.subarray(written));
    }
    await file.datasync();
    expect(await folder.read('a.log')).toEqual(bytes('one two three'));
    await file.close();
  });

  check('creating a file again empties it', async () => {
    const first = await folder.create('a.log');
    await first.write(bytes('old'));
    await first.close();
    await (await folder.create('a.log')).close();
    expect(await folder.read('a.log')).toEqual(bytes(''));
  });

  check('a renamed file replaces the other one, and stays open for its writer', async () => {
    await (await folder.create('b.log')).close();
    const file = await folder.create('a.log');
    await file.write(bytes('x'));
    await folder.rename('a.log', 'b.log');
    await folder.sync();
    await file.write(bytes('y'));
    await file.datasync();
    expect(await files(folder)).toEqual(['b.log']);
    expect(await folder.read('b.log')).toEqual(bytes('xy'));
    await file.close();
  });

  check('a removed file is gone, and removing it again is no error', async () => {
    await (await folder.create('a.log')).close();
    await folder.remove('a.log');
    await folder.remove('a.log');
    expect(await files(folder)).toEqual([]);
    await expect(folder.read('a.log')).rejects.toThrow(/ENOENT/);
    await expect(folder.rename('a.log', 'b.log')).rejects.toThrow(/ENOENT/);
  });

  check('it is held by one at a time; files outlive the holder', async () => {
    const file = await folder.create('a.log');
    await file.write(bytes('kept'));
    await file.close();
    await expect(bench.open()).rejects.toThrow(/Expected/);
    await folder.close();
    await folder.close();
    folder = await bench.open();
    expect(await folder.read('a.log')).toEqual(bytes('kept'));
  });
});
