import { expect, test } from 'vitest';
import { encodeModel } from '../../../engine/onnx/encode-model.ts';
import { createModelBuilder } from '../../../engine/onnx/model-builder.ts';
import type { ProtobufWriter } from '../../../engine/onnx/protobuf.ts';
import { createProtobufWriter } from '../../../engine/onnx/protobuf.ts';

const hex = (write: (writer: ProtobufWriter) => void): string => {
  const writer = createProtobufWriter();
  write(writer);
  return Buffer.from(writer.finish()).toString('hex');
};

// The examples of protobuf's encoding guide, and what it says of negative integers.
test.each([
  ['an integer', (writer: ProtobufWriter) => writer.integer(1, 150), '089601'],
  ['a string', (writer: ProtobufWriter) => writer.string(2, 'testing'), '120774657374696e67'],
  ['a nested message', (writer: ProtobufWriter) => writer.message(3, (nested) => nested.integer(1, 150)), '1a03089601'],
  ['minus two', (writer: ProtobufWriter) => writer.integer(1, -2n), '08feffffffffffffffff01'],
  ['a large field number', (writer: ProtobufWriter) => writer.integer(20, 2), 'a00102'],
  ['a float', (writer: ProtobufWriter) => writer.float(2, 1.5), '150000c03f'],
] as const)('%s', (_, write, expected) => {
  expect(hex(write)).toBe(expected);
});

test('a model of one operator', () => {
  const model = createModelBuilder('g');
  const x = model.input({ name: 'x', type: 'float32', shape: [2] });
  model.output({ name: 'y', type: 'float32', shape: [2] }, model.operator('Neg', [x], { attributes: { k: 1n } }));
  const bytes = Buffer.from(encodeModel(model.build()));
  // ir_version = 8; then a node's input, output, name and type.
  expect(bytes.subarray(0, 2).toString('hex')).toBe('0808');
  expect(bytes.includes(Buffer.from('0a0178' + '120179' + '1a054e65675f30' + '22034e6567', 'hex'))).toBe(true);
  // Attribute k: name, i = 1, type INT.
  expect(bytes.includes(Buffer.from('2a080a016b1801a00102', 'hex'))).toBe(true);
});

test('a result is computed under its name; an input or a second name is copied', () => {
  const model = createModelBuilder('outputs');
  const x = model.input({ name: 'x', type: 'float32', shape: [] });
  const y = model.operator('Neg', [x]);
  const z = model.operator('Exp', [y]);
  for (const [name, source] of [
    ['a', y],
    ['b', y],
    ['c', x],
    ['d', z],
  ] as const)
    model.output({ name, type: 'float32', shape: [] }, source);
  const { nodes } = model.build();
  expect(nodes.map(({ type, inputs, outputs }) => `${type} ${inputs} ${outputs}`)).toEqual([
    'Neg x a',
    'Exp a d',
    'Identity a b',
    'Identity x c',
  ]);
});
