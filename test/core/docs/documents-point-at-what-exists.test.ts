import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const pages = ['.', 'docs', 'docs/adr', 'deploy', 'examples/python'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

describe('links', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target ?? '');
    const local = links.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  const page = read('docs/architecture.md');

  it('names for every invariant tests that exist', () => {
    const rows = page.split('\n').filter((line) => /^\| I\d \|/.test(line));
    expect(rows.map((row) => row.slice(2, 4))).toEqual(['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8']);
    for (const row of rows) {
      const tests = [...(row.split('|')[3] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => `test/${name}`);
      expect(tests, row).not.toEqual([]);
      for (const test of tests)
        expect(existsSync(join(ROOT, test.endsWith('/') ? test : `${test}.test.ts`)), test).toBe(true);
    }
  });

  it('names source files that exist', () => {
    const files = [...page.matchAll(/`([a-z-]+\/[\w./-]+)`/g)].map(([, path]) => path ?? '');
    const sources = files.filter((path) => /^(core|coordinator|worker|proto|engine|runtime|cli|deploy)\//.test(path));
    // The table of invariants names tests, whose folder may be called core too.
    const missing = sources.filter((path) => ![path, `test/${path}.test.ts`].some((it) => existsSync(join(ROOT, it))));
    expect(missing).toEqual([]);
  });
});

describe('docs/adr', () => {
  const decisions = readdirSync(join(ROOT, 'docs/adr')).filter((name) => /^\d{4}-.*\.md$/.test(name));

  it.each(decisions)('%s has context, decision and consequences on half a page, and is listed', (name) => {
    const text = read(join('docs/adr', name));
    expect(text).toMatch(
      /^# \d{4}: .*\n\n\*\*Context\.\*\*[\s\S]*\n\n\*\*Decision\.\*\*[\s\S]*\n\n\*\*Consequences\.\*\*\n/,
    );
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
    expect(read('docs/adr/README.md')).toContain(`(${name})`);
  });
});

describe('folders', () => {
  const rooms = [
    'proto',
    'core',
    'coordinator',
    'worker',
    'engine',
    'cli',
    'studies',
    'deploy',
    'test',
    'bench',
    'runtime',
    'simulation',
    'dashboard',
  ];

  it.each(rooms)('%s/ says what lives there and what may not', (room) => {
    expect(statSync(join(ROOT, room)).isDirectory()).toBe(true);
    expect(read(join(room, 'README.md'))).toMatch(/may not|nothing here/i);
  });
});
