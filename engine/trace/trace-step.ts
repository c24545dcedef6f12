import type { KernelFunc, NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { engine, registerBackend, registerKernel, removeBackend, unregisterKernel } from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { GraphNode, StepGraph } from '../graph/graph.ts';
import type { InputRole } from '../graph/operation.ts';
import { validateGraph } from '../graph/validate.ts';
import { formatShape, sameShape } from '../shape.ts';
import type { NamedTensors, Step, StepOutputs, TensorSpec } from '../step.ts';
import { withBackend, withoutAdvice } from '../tfjs/active-backend.ts';
import { withCompleteGradients } from '../tfjs/complete-gradients.ts';
import type { SymbolicTensor, TraceKernel } from './kernel.ts';
import { TRACE_KERNELS } from './kernels.ts';
import { createRecorder } from './recorder.ts';
import { sourceLine, thrownByTensorFlow } from './source-line.ts';
import { SymbolicBackend } from './symbolic-backend.ts';

const BACKEND = 'tickwork-trace';
/** A gradient's kernel lies many calls of tfjs below the line of the step that asked for it. */
const STACK_FRAMES = 60;

/**
 * Runs a step once on tensors that have no elements and writes down what it would compute: forward, gradients, update.
 * tfjs is left as it was found: same active backend, same number of tensors.
 *
 * The step is traced twice and both traces must agree, so a random number drawn inside cannot be frozen unnoticed.
 *
 * @throws EngineError STEP_UNTRACEABLE naming the kernel and the line of the step; STEP_SHAPE where shapes do not agree
 *   with each other or with the signature.
 */
export function traceStep(step: Step): StepGraph {
  const first = recordStep(step, undefined);
  recordStep(step, first.nodes);
  validateGraph(first);
  return first;
}

function recordStep(step: Step, earlier: readonly GraphNode[] | undefined): StepGraph {
  const builder = createRecorder(step.name, earlier);
  const backend = new SymbolicBackend(builder);
  const frames = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_FRAMES;
  const names = Object.keys(TRACE_KERNELS);
  withoutAdvice(() => {
    registerBackend(BACKEND, () => backend);
    for (const [kernelName, kernel] of Object.entries(TRACE_KERNELS)) {
      registerKernel({ kernelName, backendName: BACKEND, kernelFunc: kernelFunction(kernel, backend, builder) });
    }
  });
  try {
    return withBackend(BACKEND, () => withCompleteGradients(() => runSymbolically(step, backend, builder)));
  } catch (error) {
    throw explain(step, error);
  } finally {
    Error.stackTraceLimit = frames;
    for (const name of names) unregisterKernel(name, BACKEND);
    removeBackend(BACKEND);
  }
}

function runSymbolically(step: Step, backend: SymbolicBackend, builder: GraphBuilder): StepGraph {
  const { signature } = step;
  const declare = (role: InputRole, name: string, { shape, dtype }: TensorSpec): Tensor => {
    const input = builder.add({ kind: 'Input', role, name }, [], shape, dtype);
    // tfjs makes int32 of bytes, and so does the graph.
    const seen = dtype === 'uint8' ? 'int32' : dtype;
    const node = seen === dtype ? input : builder.add({ kind: 'Cast' }, [input], shape, seen);
    return engine().makeTensorFromTensorInfo(backend.infoOf({ node, shape, dtype: seen }));
  };
  const declareAll = (role: InputRole, specs: Readonly<Record<string, TensorSpec>>): NamedTensors =>
    Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, declare(role, name, spec)]));
  const scalar: TensorSpec = { shape: [], dtype: 'float32' };
  const outputs = step.run({
    state: declareAll('state', signature.state),
    batch: declareAll('batch', signature.batch),
    scalars: declareAll('scalars', Object.fromEntries(signature.scalars.map((name) => [name, scalar]))),
    noise: declareAll('noise', signature.noise),
  });
  checkOutputs(step, outputs);
  const indices = (tensors: NamedTensors): Record<string, number> =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, backend.tensorOf(tensor).node]));
  return builder.build({ state: indices(outputs.state), metrics: indices(outputs.metrics) });
}

function checkOutputs(step: Step, outputs: StepOutputs): void {
  for (const [name, tensor] of Object.entries(outputs.state)) {
    const spec = step.signature.state[name];
    if (spec !== undefined && sameShape(spec.shape, tensor.shape) && spec.dtype === tensor.dtype) continue;
    const wanted = spec === undefined ? 'named in the signature' : `${spec.dtype}${formatShape(spec.shape)}`;
    throw new EngineError(
      'STEP_SHAPE',
      `Expected the new state '${name}' of step '${step.name}' to be ${wanted}, ` +
        `got ${tensor.dtype}${formatShape(tensor.shape)}.`,
    );
  }
}

function kernelFunction(kernel: TraceKernel, backend: SymbolicBackend, builder: GraphBuilder): KernelFunc {
  return ({ inputs, attrs }) => {
    const operands = Object.fromEntries(
      Object.entries(inputs).flatMap(([name, info]) => (info ? [[name, backend.tensorOf(info)] as const] : [])),
    );
    const result = kernel({
      input(name) {
        const operand = operands[name];
        if (operand === undefined)
          throw new EngineError('STEP_UNTRACEABLE', `Expected the operand '${name}', got none.`);
        return operand;
      },
      optional: (name) => operands[name],
      inputs: Object.values(operands),
      attributes: attrs as NamedAttrMap,
      record(operation, from, shape, dtype) {
        const node = builder.add(
          operation,
          from.map((operand) => operand.node),
          [...shape],
          dtype,
        );
        return { node, shape, dtype };
      },
    });
    return Array.isArray(result)
      ? (result as readonly SymbolicTensor[]).map((tensor): TensorInfo => backend.infoOf(tensor))
      : backend.infoOf(result as SymbolicTensor);
  };
}

/** Adds the step and its line to an error of the engine or of tfjs; the step's own errors pass unchanged. */
function explain(step: Step, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const line = sourceLine(error.stack);
  const where = `in step '${step.name}'${line === undefined ? '' : ` at ${line}`}`;
  if (error instanceof EngineError) return new EngineError(error.code, `${error.message} (${where})`, { cause: error });
  const [, kernel] = /Kernel '(\w+)' not registered/.exec(error.message) ?? [];
  if (kernel !== undefined) {
    return new EngineError(
      'STEP_UNTRACEABLE',
      `Expected a kernel that can be traced, got ${kernel} ${where}. Write it with the operations of docs/engine.md.`,
      { cause: error },
    );
  }
  const [, forward] = /gradient function not found for (\w+)/.exec(error.message) ?? [];
  if (forward !== undefined) {
    return new EngineError(
      'STEP_UNTRACEABLE',
      `Expected a kernel that TensorFlow.js has a gradient of, got ${forward} ${where}. Write it with others, or give ` +
        'its gradient with tf.customGrad.',
      { cause: error },
    );
  }
  return thrownByTensorFlow(error)
    ? new EngineError('STEP_SHAPE', `TensorFlow.js refused: ${error.message} (${where})`, { cause: error })
    : error;
}
