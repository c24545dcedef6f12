// The step graph as the interpreter sees it: instructions over numbered slots, one tensor each.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tickwork {

struct Frame;
struct Instruction;

// Reads its inputs from the frame and writes its outputs there.
using Operation = void (*)(const Instruction&, Frame&);

struct Instruction {
  std::string kind;
  Operation operation = nullptr;
  std::vector<int64_t> inputs;
  // -1 for a result that nobody wants.
  std::vector<int64_t> outputs;
  // What they mean is said beside each operation.
  std::vector<int64_t> ints;
  std::vector<double> floats;
  // Of the first output, in TensorFlow.js's layout.
  std::vector<int64_t> shape;
  at::ScalarType dtype = at::kFloat;
  // Of an instruction of kind Constant.
  at::Tensor constant;
  // Slots that no later instruction reads.
  std::vector<int64_t> release;
};

struct StateSlot {
  std::string name;
  int64_t slot;
};

struct TensorSlot {
  int64_t slot;
  std::vector<int64_t> shape;
  at::ScalarType dtype;
};

struct StateResult {
  std::string name;
  int64_t slot;
  // Whether the tensor may share memory with an input of the step.
  bool copy;
};

class Replay;

struct Program {
  Program();
  ~Program();

  int64_t slots = 0;
  at::Device device = at::kCPU;
  bool bfloat16 = false;
  // Inputs, state and metrics stay at their addresses, so that a GPU can replay what it did before.
  bool fixedMemory = false;
  std::vector<Instruction> instructions;
  std::vector<StateSlot> state;
  // Batch and noise, then scalars.
  std::vector<TensorSlot> tensors;
  std::vector<int64_t> scalars;
  std::vector<StateResult> newState;
  std::vector<int64_t> metrics;
  // Of the state that the program ran on last.
  mutable std::unique_ptr<Replay> replay;
};

// Weights and optimiser slots, where the device wants them, in TensorFlow.js's logical layout.
struct State {
  std::map<std::string, at::Tensor> entries;
  // Tells states apart whose memory was given away again.
  int64_t number;
};

struct Frame {
  const Program& program;
  std::vector<at::Tensor> values;

  const at::Tensor& input(const Instruction& instruction, size_t index) const {
    return values[static_cast<size_t>(instruction.inputs[index])];
  }

  // Results have the dtype that the graph says: ATen's sums of int32 are int64, for example.
  void output(const Instruction& instruction, at::Tensor value) {
    if (value.scalar_type() != instruction.dtype) value = value.to(instruction.dtype);
    output(instruction, 0, std::move(value));
  }

  void output(const Instruction& instruction, size_t index, at::Tensor value) {
    const int64_t slot = instruction.outputs[index];
    if (slot >= 0) values[static_cast<size_t>(slot)] = std::move(value);
  }
};

}  // namespace tickwork
