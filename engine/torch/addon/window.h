// How a window slides over a map, and the views between TensorFlow.js's layouts and libtorch's.
#pragma once

#include <array>

#include "program.h"

namespace tickwork {

// Numbers of a window at the beginning of an instruction's ints: filter, strides, dilations (each vertical, horizontal),
// then rows above, rows below, columns left, columns right.
constexpr size_t kWindowInts = 10;

struct Window {
  std::array<int64_t, 2> filter, strides, dilations;
  int64_t top, bottom, left, right;

  explicit Window(const Instruction& instruction)
      : filter{instruction.ints[0], instruction.ints[1]},
        strides{instruction.ints[2], instruction.ints[3]},
        dilations{instruction.ints[4], instruction.ints[5]},
        top(instruction.ints[6]),
        bottom(instruction.ints[7]),
        left(instruction.ints[8]),
        right(instruction.ints[9]) {}

  bool symmetric() const { return top == bottom && left == right; }
  std::array<int64_t, 2> padding() const { return {top, left}; }
  // The padding that libtorch is given once the map is padded beforehand.
  static constexpr std::array<int64_t, 2> kNone{0, 0};
};

// NHWC as libtorch's NCHW: where the tensor is dense, a channels-last view.
inline at::Tensor images(const at::Tensor& x) { return x.permute({0, 3, 1, 2}); }
inline at::Tensor fromImages(const at::Tensor& x) { return x.permute({0, 2, 3, 1}); }
// HWIO as libtorch's OIHW.
inline at::Tensor filters(const at::Tensor& w) { return w.permute({3, 2, 0, 1}); }
inline at::Tensor fromFilters(const at::Tensor& w) { return w.permute({2, 3, 1, 0}); }

inline at::Tensor padMap(const at::Tensor& nchw, const Window& window, double value) {
  return at::constant_pad_nd(nchw, {window.left, window.right, window.top, window.bottom}, value);
}

// The map without its padding.
inline at::Tensor unpadMap(const at::Tensor& nchw, const Window& window, int64_t height, int64_t width) {
  return nchw.narrow(2, window.top, height).narrow(3, window.left, width);
}

// A tensor that is asked for its sizes only.
inline at::Tensor shaped(at::IntArrayRef nchw, const at::TensorOptions& options) {
  return at::empty(nchw, options.memory_format(at::MemoryFormat::ChannelsLast));
}

}  // namespace tickwork
