import { fuzz, isGood } from './command/fuzz.ts';
import { fuzzOptions } from './command/options.ts';

/** `npm run fuzz -- [OPTIONS]`; see README.md. */
try {
  const options = fuzzOptions(process.argv.slice(2), () => 1 + Math.floor(Math.random() * 1_000_000));
  const result = await fuzz(options, (line) => void process.stdout.write(`${line}\n`));
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = isGood(result) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
