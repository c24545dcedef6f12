/**
 * The door for those who look at executors from outside the process that runs them: loads neither TensorFlow.js nor a
 * native library.
 */
export { EngineError, type EngineErrorCode } from '../errors.ts';
export { DEVICES, type Device, EXECUTOR_NAMES, type ExecutorName, PRECISIONS, type Precision } from '../executor.ts';
export { answerParent, refusalOf } from './answer.ts';
export { type BuildReport, buildExecutorAddon } from './build.ts';
export { DEVICES_OF, type Place, places, WORKING_EXECUTORS } from './candidates.ts';
export { askChild, type ChildEnd } from './child.ts';
export { type ChosenDevice, type ChosenExecutor, chooseExecutor, type ExecutorWish, fastest } from './choose.ts';
export { type Gpu, visibleGpus } from './gpus.ts';
export { PROBE_TIME_LIMIT_MS, type ProbeOptions, probeCandidate } from './probe.ts';
export type { Candidate, ProbeFailure, ProbeOutcome, ProbeReport, Speed } from './report.ts';
