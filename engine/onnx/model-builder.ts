import type { Shape } from '../step.ts';
import type { OnnxAttribute, OnnxInitializer, OnnxModel, OnnxNode, OnnxType, OnnxValue } from './model.ts';

export interface OperatorOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: string;
}

/** Collects an ONNX graph. Results are the names of the values that operators produce. */
export interface ModelBuilder {
  input(value: OnnxValue): string;
  /** Declares an output of the given name that carries `source`. */
  output(value: OnnxValue, source: string): void;
  operator(type: string, inputs: readonly string[], options?: OperatorOptions): string;
  operatorWithOutputs(type: string, inputs: readonly string[], count: number, options?: OperatorOptions): string[];
  /** A vector of axes, sizes or offsets. */
  integers(values: readonly number[]): string;
  float(value: number): string;
  tensor(type: OnnxType, shape: Shape, bytes: Uint8Array): string;
  build(): OnnxModel;
}

/** Attributes that are lists of sizes or axes. */
export function integers(values: readonly number[]): readonly bigint[] {
  return values.map(BigInt);
}

export function createModelBuilder(name: string): ModelBuilder {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxInitializer>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const renamed = new Map<string, string>();
  let values = 0;
  const operatorWithOutputs: ModelBuilder['operatorWithOutputs'] = (type, from, count, options = {}) => {
    const results = Array.from({ length: count }, () => `t${values++}`);
    const { attributes = {}, domain = '' } = options;
    nodes.push({ type, domain, inputs: from, outputs: results, attributes });
    return results;
  };
  const initializer = (key: string, type: OnnxType, shape: Shape, bytes: Uint8Array): string => {
    if (!initializers.has(key)) initializers.set(key, { name: key, type, shape, bytes });
    return key;
  };
  return {
    operatorWithOutputs,
    operator: (type, from, options) => operatorWithOutputs(type, from, 1, options)[0] as string,
    input(value) {
      inputs.push(value);
      return value.name;
    },
    output(value, source) {
      outputs.push(value);
      // A result is computed under its output's name; only what no operator computes, or is declared twice, is copied.
      const computed = nodes.some((node) => node.outputs.includes(source));
      if (computed && !renamed.has(source)) renamed.set(source, value.name);
      else nodes.push({ type: 'Identity', domain: '', inputs: [source], outputs: [value.name], attributes: {} });
    },
    integers(list) {
      const bytes = new Uint8Array(BigInt64Array.from(integers(list)).buffer);
      return initializer(`i_${list.join('_')}`, 'int64', [list.length], bytes);
    },
    float(value) {
      return initializer(`f_${value}`, 'float32', [], new Uint8Array(Float32Array.of(value).buffer));
    },
    tensor: (type, shape, bytes) => initializer(`c_${initializers.size}`, type, shape, bytes),
    build() {
      const rename = (names: readonly string[]): string[] => names.map((value) => renamed.get(value) ?? value);
      const renamedNodes = nodes.map((node) => ({
        ...node,
        inputs: rename(node.inputs),
        outputs: rename(node.outputs),
      }));
      return { name, nodes: renamedNodes, initializers: [...initializers.values()], inputs, outputs };
    },
  };
}
