import { systemClock } from '../runtime/clock.ts';
import { chaos } from './command/chaos.ts';
import { chaosOptions } from './command/options.ts';

/** `npm run chaos -- [OPTIONS]`; see README.md. */
try {
  const anySeed = (): number => 1 + Math.floor(Math.random() * 1_000_000);
  const options = chaosOptions(process.argv.slice(2), anySeed);
  const good = await chaos(options, systemClock, (line) => void process.stdout.write(`${line}\n`));
  // Not by itself: a connection to a process that was killed may linger.
  process.stdout.write('', () => process.exit(good ? 0 : 1));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
