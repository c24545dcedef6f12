#include <limits>

#include "operations.h"
#include "window.h"

namespace tickwork {
namespace {

// libtorch pads at most half a window, alike on both sides.
bool padsItself(const Window& window) {
  return window.symmetric() && 2 * window.top <= window.filter[0] && 2 * window.left <= window.filter[1];
}

// Outputs: the maxima and, where a gradient follows, their positions. The first of equal maxima is taken.
void maxPool(const Instruction& instruction, Frame& frame) {
  const Window window(instruction);
  at::Tensor x = images(frame.input(instruction, 0));
  auto padding = window.padding();
  if (!padsItself(window)) {
    x = padMap(x, window, -std::numeric_limits<double>::infinity());
    padding = Window::kNone;
  }
  auto [y, positions] =
      at::max_pool2d_with_indices(x, window.filter, window.strides, padding, window.dilations, false);
  frame.output(instruction, 0, fromImages(y));
  frame.output(instruction, 1, positions);
}

// Operands: dy, positions. ints: window, shape of x (NHWC).
void maxPoolGrad(const Instruction& instruction, Frame& frame) {
  const Window window(instruction);
  const int64_t* shape = instruction.ints.data() + kWindowInts;
  const bool padsHere = !padsItself(window);
  const int64_t rows = shape[1] + (padsHere ? window.top + window.bottom : 0);
  const int64_t columns = shape[2] + (padsHere ? window.left + window.right : 0);
  const at::Tensor dy = images(frame.input(instruction, 0));
  const at::Tensor x = shaped({shape[0], shape[3], rows, columns}, dy.options());
  at::Tensor dx =
      at::max_pool2d_with_indices_backward(dy, x, window.filter, window.strides, padsHere ? Window::kNone : window.padding(),
                                           window.dilations, false, frame.input(instruction, 1));
  if (padsHere) dx = unpadMap(dx, window, shape[1], shape[2]);
  frame.output(instruction, fromImages(dx));
}

// Padding does not count.
void avgPool(const Instruction& instruction, Frame& frame) {
  const Window window(instruction);
  const at::Tensor x = images(frame.input(instruction, 0));
  if (padsItself(window)) {
    return frame.output(
        instruction, fromImages(at::avg_pool2d(x, window.filter, window.strides, window.padding(), false, false)));
  }
  const auto mean = [&](const at::Tensor& map) {
    return at::avg_pool2d(padMap(map, window, 0), window.filter, window.strides, Window::kNone, false, true);
  };
  frame.output(instruction, fromImages(at::div(mean(x), mean(at::ones_like(x)))));
}

// Operand: dy. ints: window, shape of x (NHWC). As in TensorFlow.js, every element gets dy / (the window's whole size).
void avgPoolGrad(const Instruction& instruction, Frame& frame) {
  const Window window(instruction);
  const int64_t* shape = instruction.ints.data() + kWindowInts;
  const at::Tensor dy = images(frame.input(instruction, 0));
  const int64_t rows = shape[1] + window.top + window.bottom;
  const int64_t columns = shape[2] + window.left + window.right;
  const at::Tensor x = shaped({shape[0], shape[3], rows, columns}, dy.options());
  const at::Tensor dx =
      at::avg_pool2d_backward(dy, x, window.filter, window.strides, Window::kNone, false, true, c10::nullopt);
  frame.output(instruction, fromImages(unpadMap(dx, window, shape[1], shape[2])));
}

}  // namespace

void addPools(Operations& table) {
  table.insert({
      {"MaxPool", maxPool},
      {"MaxPoolGrad", maxPoolGrad},
      {"AvgPool", avgPool},
      {"AvgPoolGrad", avgPoolGrad},
  });
}

}  // namespace tickwork
