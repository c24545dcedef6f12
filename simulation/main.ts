import { simulateOptions } from './command/options.ts';
import { simulate } from './command/simulate.ts';

/** `npm run simulate -- [OPTIONS]`; see README.md. */
try {
  const good = await simulate(simulateOptions(process.argv.slice(2)), (line) => void process.stdout.write(`${line}\n`));
  process.exitCode = good ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
