#include "operations.h"

namespace tickwork {
namespace {

// ints: whether the axes are kept, then the axes.
at::IntArrayRef axesOf(const Instruction& instruction) {
  return at::IntArrayRef(instruction.ints).slice(1);
}
bool keepsAxes(const Instruction& instruction) { return instruction.ints[0] != 0; }

template <typename Reduce>
void reduce(const Instruction& instruction, Frame& frame, Reduce body) {
  const at::Tensor& x = frame.input(instruction, 0);
  // An empty list means all axes to ATen and none to the graph.
  if (axesOf(instruction).empty()) return frame.output(instruction, x);
  frame.output(instruction, body(x, axesOf(instruction), keepsAxes(instruction)));
}

void sum(const Instruction& instruction, Frame& frame) {
  reduce(instruction, frame, [](const at::Tensor& x, at::IntArrayRef axes, bool keep) { return at::sum(x, axes, keep); });
}

void mean(const Instruction& instruction, Frame& frame) {
  reduce(instruction, frame, [](const at::Tensor& x, at::IntArrayRef axes, bool keep) {
    return at::mean(x.to(at::kFloat), axes, keep);
  });
}

void max(const Instruction& instruction, Frame& frame) {
  reduce(instruction, frame, [](const at::Tensor& x, at::IntArrayRef axes, bool keep) { return at::amax(x, axes, keep); });
}

void min(const Instruction& instruction, Frame& frame) {
  reduce(instruction, frame, [](const at::Tensor& x, at::IntArrayRef axes, bool keep) { return at::amin(x, axes, keep); });
}

void product(const Instruction& instruction, Frame& frame) {
  reduce(instruction, frame, [](at::Tensor x, at::IntArrayRef axes, bool keep) {
    // Last axis first, so that the numbers of the others stay.
    for (size_t i = axes.size(); i-- > 0;) x = at::prod(x, axes[i], keep);
    return x;
  });
}

// ints: the axis. The first of equal elements wins.
void argMax(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, at::argmax(frame.input(instruction, 0), instruction.ints[0]));
}

void argMin(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, at::argmin(frame.input(instruction, 0), instruction.ints[0]));
}

void softmax(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, at::softmax(frame.input(instruction, 0), -1));
}

void logSoftmax(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, at::log_softmax(frame.input(instruction, 0), -1));
}

}  // namespace

void addReductions(Operations& table) {
  table.insert({
      {"Sum", sum},
      {"Mean", mean},
      {"Max", max},
      {"Min", min},
      {"Prod", product},
      {"ArgMax", argMax},
      {"ArgMin", argMin},
      {"Softmax", softmax},
      {"LogSoftmax", logSoftmax},
  });
}

}  // namespace tickwork
