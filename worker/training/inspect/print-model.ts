import type { OnnxAttribute, OnnxModel, OnnxValue } from '../../../engine/onnx/model.ts';

/** An ONNX model as text: inputs, initializers, one operator a line, outputs. */
export function printModel({ name, nodes, initializers, inputs, outputs }: OnnxModel): string {
  const value = ({ name: label, type, shape }: OnnxValue): string => `${label} : ${type}[${shape.join(',')}]`;
  return [
    `model ${name}`,
    ...inputs.map((input) => `  input ${value(input)}`),
    ...initializers.map((initializer) => `  initializer ${value(initializer)}`),
    ...nodes.map(
      ({ type, domain, inputs: from, outputs: to, attributes }) =>
        `  ${to.join(', ')} = ${domain === '' ? '' : `${domain}.`}${type}(${from.join(', ')})${printAttributes(attributes)}`,
    ),
    ...outputs.map((output) => `  output ${value(output)}`),
    '',
  ].join('\n');
}

function printAttributes(attributes: Readonly<Record<string, OnnxAttribute>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}=${Array.isArray(value) ? value.join() : String(value)}`)
    .join('');
}
