import type { OnnxAttribute, OnnxInitializer, OnnxModel, OnnxNode, OnnxValue } from './model.ts';
import { ONNX_TYPE } from './model.ts';
import type { ProtobufWriter } from './protobuf.ts';
import { createProtobufWriter } from './protobuf.ts';

/** Axes of reductions and of Pad are inputs from here on. */
const OPSET = 18;
const IR_VERSION = 8;
/** Fused products; built into ONNX Runtime. */
const MICROSOFT_DOMAIN = 'com.microsoft';
/** Convolutions on blocks of channels; known to ONNX Runtime's CPU kernels only. */
const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/** Field numbers of onnx.proto3. */
const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8 } as const;
const OPSET_ID = { domain: 1, version: 2 } as const;
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, name: 3, type: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, float: 2, integer: 3, string: 4, integers: 8, type: 20 } as const;
const ATTRIBUTE_TYPE = { float: 1, integer: 2, string: 3, integers: 7 } as const;
const TENSOR = { dimension: 1, type: 2, name: 8, bytes: 9 } as const;
const VALUE_INFO = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR_TYPE = { element: 1, shape: 2 } as const;
const SHAPE = { dimension: 1 } as const;
const DIMENSION = { value: 1 } as const;

/** @returns the bytes of an ONNX ModelProto. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const writer = createProtobufWriter();
  writer.integer(MODEL.irVersion, IR_VERSION);
  writer.string(MODEL.producer, 'tickwork');
  writer.message(MODEL.graph, (graph) => encodeGraph(graph, model));
  for (const [domain, version] of [
    ['', OPSET],
    [MICROSOFT_DOMAIN, 1],
    [BLOCKED_DOMAIN, 1],
  ] as const) {
    writer.message(MODEL.opset, (opset) => {
      opset.string(OPSET_ID.domain, domain);
      opset.integer(OPSET_ID.version, version);
    });
  }
  return writer.finish();
}

function encodeGraph(writer: ProtobufWriter, model: OnnxModel): void {
  for (const [index, node] of model.nodes.entries()) {
    writer.message(GRAPH.node, (nested) => encodeNode(nested, node, index));
  }
  writer.string(GRAPH.name, model.name);
  for (const tensor of model.initializers) writer.message(GRAPH.initializer, (nested) => encodeTensor(nested, tensor));
  for (const value of model.inputs) writer.message(GRAPH.input, (nested) => encodeValue(nested, value));
  for (const value of model.outputs) writer.message(GRAPH.output, (nested) => encodeValue(nested, value));
}

function encodeNode(writer: ProtobufWriter, node: OnnxNode, index: number): void {
  for (const input of node.inputs) writer.string(NODE.input, input);
  for (const output of node.outputs) writer.string(NODE.output, output);
  // Shown by ONNX Runtime's profiler.
  writer.string(NODE.name, `${node.type}_${index}`);
  writer.string(NODE.type, node.type);
  for (const [name, value] of Object.entries(node.attributes)) {
    writer.message(NODE.attribute, (nested) => encodeAttribute(nested, name, value));
  }
  if (node.domain !== '') writer.string(NODE.domain, node.domain);
}

function encodeAttribute(writer: ProtobufWriter, name: string, value: OnnxAttribute): void {
  writer.string(ATTRIBUTE.name, name);
  if (typeof value === 'bigint') {
    writer.integer(ATTRIBUTE.integer, value);
    writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.integer);
  } else if (typeof value === 'number') {
    writer.float(ATTRIBUTE.float, value);
    writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.float);
  } else if (typeof value === 'string') {
    writer.string(ATTRIBUTE.string, value);
    writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.string);
  } else {
    for (const integer of value) writer.integer(ATTRIBUTE.integers, integer);
    writer.integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.integers);
  }
}

function encodeTensor(writer: ProtobufWriter, tensor: OnnxInitializer): void {
  for (const size of tensor.shape) writer.integer(TENSOR.dimension, size);
  writer.integer(TENSOR.type, ONNX_TYPE[tensor.type]);
  writer.string(TENSOR.name, tensor.name);
  writer.bytes(TENSOR.bytes, tensor.bytes);
}

function encodeValue(writer: ProtobufWriter, value: OnnxValue): void {
  writer.string(VALUE_INFO.name, value.name);
  writer.message(VALUE_INFO.type, (type) =>
    type.message(TYPE.tensor, (tensor) => {
      tensor.integer(TENSOR_TYPE.element, ONNX_TYPE[value.type]);
      tensor.message(TENSOR_TYPE.shape, (shape) => {
        for (const size of value.shape) {
          shape.message(SHAPE.dimension, (dimension) => dimension.integer(DIMENSION.value, size));
        }
      });
    }),
  );
}
