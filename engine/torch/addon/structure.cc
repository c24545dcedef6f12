#include "operations.h"

namespace tickwork {
namespace {

at::TensorOptions optionsOf(const Instruction& instruction, const Frame& frame) {
  return at::TensorOptions().dtype(instruction.dtype).device(frame.program.device);
}

void constant(const Instruction& instruction, Frame& frame) { frame.output(instruction, instruction.constant); }

void fill(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, at::full(instruction.shape, instruction.floats[0], optionsOf(instruction, frame)));
}

void identity(const Instruction& instruction, Frame& frame) { frame.output(instruction, frame.input(instruction, 0)); }

void reshape(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, frame.input(instruction, 0).reshape(instruction.shape));
}

void broadcastTo(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, frame.input(instruction, 0).expand(instruction.shape));
}

// ints: the permutation.
void transpose(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, frame.input(instruction, 0).permute(instruction.ints));
}

// ints: where each axis begins.
void slice(const Instruction& instruction, Frame& frame) {
  at::Tensor x = frame.input(instruction, 0);
  for (size_t axis = 0; axis < instruction.ints.size(); axis++) {
    x = x.narrow(static_cast<int64_t>(axis), instruction.ints[axis], instruction.shape[axis]);
  }
  frame.output(instruction, x);
}

// ints: the axis.
void concat(const Instruction& instruction, Frame& frame) {
  std::vector<at::Tensor> parts;
  for (size_t i = 0; i < instruction.inputs.size(); i++) parts.push_back(frame.input(instruction, i));
  frame.output(instruction, at::cat(parts, instruction.ints[0]));
}

// ints: pairs of before and after as ATen wants them, last axis first. floats: the value.
void pad(const Instruction& instruction, Frame& frame) {
  frame.output(instruction,
               at::constant_pad_nd(frame.input(instruction, 0), instruction.ints, instruction.floats[0]));
}

void tile(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, frame.input(instruction, 0).repeat(instruction.ints));
}

// ints: the axis. Operands: x, indices of any rank.
void gather(const Instruction& instruction, Frame& frame) {
  const at::Tensor& indices = frame.input(instruction, 1);
  const at::Tensor rows = at::index_select(frame.input(instruction, 0), instruction.ints[0], indices.reshape({-1}));
  frame.output(instruction, indices.dim() == 1 ? rows : rows.reshape(instruction.shape));
}

// Operands: x, the segment of each entry of its first axis.
void unsortedSegmentSum(const Instruction& instruction, Frame& frame) {
  const at::Tensor& x = frame.input(instruction, 0);
  frame.output(instruction, at::zeros(instruction.shape, x.options()).index_add_(0, frame.input(instruction, 1), x));
}

// ints: depth. floats: on, off.
void oneHot(const Instruction& instruction, Frame& frame) {
  const at::Tensor& indices = frame.input(instruction, 0);
  const at::Tensor classes = at::arange(instruction.ints[0], indices.options());
  const at::Tensor hit = at::eq(indices.unsqueeze(-1), classes);
  const at::Tensor on = at::scalar_tensor(instruction.floats[0], optionsOf(instruction, frame));
  const at::Tensor off = at::scalar_tensor(instruction.floats[1], optionsOf(instruction, frame));
  frame.output(instruction, at::where(hit, on, off));
}

// ints: transpose a, transpose b. Operands: a, b and perhaps a bias of the columns.
void matMul(const Instruction& instruction, Frame& frame) {
  const auto operand = [&](size_t index) {
    const at::Tensor& x = frame.input(instruction, index);
    const at::Tensor turned = instruction.ints[index] != 0 ? x.transpose(-2, -1) : x;
    return frame.program.bfloat16 ? turned.to(at::kBFloat16) : turned;
  };
  const at::Tensor a = operand(0);
  const at::Tensor b = operand(1);
  if (instruction.inputs.size() == 2) return frame.output(instruction, at::matmul(a, b));
  const at::Tensor& bias = frame.input(instruction, 2);
  if (frame.program.bfloat16 || a.dim() != 2) {
    return frame.output(instruction, at::matmul(a, b).to(instruction.dtype).add(bias));
  }
  frame.output(instruction, at::addmm(bias, a, b));
}

}  // namespace

void addStructure(Operations& table) {
  table.insert({
      {"Constant", constant},
      {"Fill", fill},
      {"Identity", identity},
      {"Reshape", reshape},
      {"BroadcastTo", broadcastTo},
      {"Transpose", transpose},
      {"Slice", slice},
      {"Concat", concat},
      {"Pad", pad},
      {"Tile", tile},
      {"GatherV2", gather},
      {"UnsortedSegmentSum", unsortedSegmentSum},
      {"OneHot", oneHot},
      {"MatMul", matMul},
  });
}

}  // namespace tickwork
