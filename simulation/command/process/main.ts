import { createSimulator } from '../../run-seed.ts';
import { doTask, type Task } from '../tasks.ts';

/** One process of `npm run simulate`: does the tasks it is sent, one after the other. */
const simulator = createSimulator();
process.on('message', (task: Task) => {
  void doTask(simulator, task).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
