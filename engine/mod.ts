export type { GradientCheck, GradientCheckOptions } from './check/check-gradients.ts';
export { checkGradients } from './check/check-gradients.ts';
export type { StepCheck, StepResults, StepRun } from './check/check-step.ts';
export { checkStep, compareResults, requireAgreement, runStep, STEP_TOLERANCE } from './check/check-step.ts';
export type { OutputDifference } from './check/difference.ts';
export { createCpuExecutor } from './cpu/executor.ts';
export type { EngineErrorCode } from './errors.ts';
export { EngineError } from './errors.ts';
export type {
  CompiledStep,
  Device,
  Executor,
  ExecutorDescription,
  ExecutorName,
  ExecutorOptions,
  HostTensor,
  Precision,
  RunInputs,
  StepState,
} from './executor.ts';
export { DEVICES, EXECUTOR_NAMES, PRECISIONS } from './executor.ts';
export { openExecutor } from './executors.ts';
export type { DType, GraphNode, GraphOutputs, StepGraph } from './graph/graph.ts';
export type { MemoryEstimate } from './graph/memory.ts';
export { estimateMemory } from './graph/memory.ts';
export { printGraph } from './graph/print.ts';
export { simplifyGraph } from './graph/simplify.ts';
export type { OnnxExecutorOptions } from './onnx/executor.ts';
export { createOnnxExecutor } from './onnx/executor.ts';
export type {
  NamedTensors,
  Shape,
  Step,
  StepFunction,
  StepInputs,
  StepOutputs,
  StepSignature,
  TensorSpec,
} from './step.ts';
export { traceStep } from './trace/trace-step.ts';
