export { createCpuExecutor } from './cpu/executor.ts';
export type { EngineErrorCode } from './errors.ts';
export { EngineError } from './errors.ts';
export type { CompiledStep, Executor, ExecutorDescription, HostTensor, RunInputs, StepState } from './executor.ts';
export type { DType, GraphNode, GraphOutputs, StepGraph } from './graph/graph.ts';
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
