import { StepFailed } from './step.mjs';

/** Runs `work`; a failed step is told without a stack trace and ends the process with exit code 1. */
export async function reportFailure(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
