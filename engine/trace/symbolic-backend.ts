import type { BackendValues, DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { KernelBackend } from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { ConstantValues } from '../graph/operation.ts';
import { elementCount } from '../shape.ts';
import type { SymbolicTensor } from './kernel.ts';
import { knownDType } from './kernels/elementwise.ts';

interface Entry {
  readonly tensor: SymbolicTensor;
  references: number;
}

/** A tfjs backend whose tensors have a shape and a place in the graph, and no elements. */
export class SymbolicBackend extends KernelBackend {
  private readonly entries = new Map<DataId, Entry>();
  private readonly builder: GraphBuilder;

  constructor(builder: GraphBuilder) {
    super();
    this.builder = builder;
  }

  /** The node behind a tensor. @throws STEP_UNTRACEABLE for a tensor made outside the step. */
  tensorOf(info: TensorInfo): SymbolicTensor {
    const entry = this.entries.get(info.dataId);
    if (entry === undefined) {
      throw new EngineError(
        'STEP_UNTRACEABLE',
        `Expected a step to use only its own tensors, got one of shape [${info.shape.join(',')}] made outside. ` +
          'Pass it as state, batch, scalar or noise, or make it inside the step from numbers.',
      );
    }
    return { ...entry.tensor, shape: info.shape };
  }

  /** A tfjs tensor for a node. */
  infoOf(tensor: SymbolicTensor): TensorInfo {
    const dataId = {};
    this.entries.set(dataId, { tensor, references: 1 });
    return { dataId, shape: [...tensor.shape], dtype: tensor.dtype };
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const known = knownDType(dtype);
    const array = typedArray(values, known);
    const [first = 0] = array;
    const uniform = array.length === elementCount(shape) && array.every((value) => Object.is(value, first));
    const operation = uniform
      ? ({ kind: 'Fill', value: first } as const)
      : ({ kind: 'Constant', values: array } as const);
    return this.infoOf({ node: this.builder.add(operation, [], [...shape], known), shape, dtype: known }).dataId;
  }

  override readSync(): BackendValues {
    throw new EngineError(
      'STEP_UNTRACEABLE',
      'Expected a step to compute without looking at values, got a read (dataSync, data, array or print). ' +
        'Return the tensor as a metric and read it outside, or choose with tf.where.',
    );
  }

  override read(): Promise<BackendValues> {
    return Promise.resolve(this.readSync());
  }

  override incRef(dataId: DataId): void {
    const entry = this.entries.get(dataId);
    if (entry) entry.references++;
  }

  override refCount(dataId: DataId): number {
    return this.entries.get(dataId)?.references ?? 0;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const entry = this.entries.get(dataId);
    if (entry === undefined) return true;
    entry.references--;
    if (entry.references > 0 && !force) return false;
    this.entries.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.entries.size;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override dispose(): void {
    this.entries.clear();
  }
}

function typedArray(values: BackendValues, dtype: 'float32' | 'int32' | 'bool'): ConstantValues {
  const numbers = values as ArrayLike<number>;
  if (dtype === 'float32') return Float32Array.from(numbers);
  return dtype === 'int32' ? Int32Array.from(numbers) : Uint8Array.from(numbers);
}
