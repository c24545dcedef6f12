/** `npm run bench -- NAME [OPTIONS]`; see README.md. */
type Bench = (args: readonly string[], print: (line: string) => void) => Promise<void>;

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  dispatch: async () => (await import('./dispatch/bench.ts')).benchDispatch,
  engine: async () => (await import('./engine/bench.ts')).benchEngine,
  input: async () => (await import('./input/bench.ts')).benchInput,
  sweep: async () => (await import('./sweep/bench.ts')).benchSweep,
};

const [name = '', ...args] = process.argv.slice(2);
const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
try {
  if (load === undefined) {
    throw new Error(`Expected a benchmark: ${Object.keys(BENCHES).join(', ')}; got '${name}'.`);
  }
  const bench = await load();
  await bench(args, (line) => process.stdout.write(`${line}\n`));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
