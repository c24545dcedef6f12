#include "operations.h"
#include "window.h"

namespace tickwork {
namespace {

at::Tensor rounded(const at::Tensor& x, const Frame& frame) {
  return frame.program.bfloat16 ? x.to(at::kBFloat16) : x;
}

// libtorch computes small problems without oneDNN, and then wants filters in its own old layout for the gradients.
constexpr int64_t kSmallBatch = 16;
constexpr int64_t kSmallInput = 20480;

at::Tensor laidOut(const at::Tensor& filter, const at::Tensor& x) {
  return x.size(0) < kSmallBatch && x.numel() <= kSmallInput ? filter.contiguous() : filter;
}

// Operands: x NHWC, filter HWIO and perhaps a bias. Groups follow from the channels.
void conv2D(const Instruction& instruction, Frame& frame) {
  const Window window(instruction);
  at::Tensor x = rounded(images(frame.input(instruction, 0)), frame);
  const at::Tensor w = rounded(filters(frame.input(instruction, 1)), frame);
  c10::optional<at::Tensor> bias;
  if (instruction.inputs.size() > 2) bias = rounded(frame.input(instruction, 2), frame);
  auto padding = window.padding();
  if (!window.symmetric()) {
    x = padMap(x, window, 0);
    padding = Window::kNone;
  }
  const int64_t groups = x.size(1) / w.size(1);
  const at::Tensor y = at::convolution(x, w, bias, window.strides, padding, window.dilations, false, {0, 0}, groups);
  frame.output(instruction, fromImages(y.to(at::kFloat)));
}

// Both gradients and the bias's in one call. Operands: dy, x, filter; one that is not needed is -1.
// ints: window, shape of x (NHWC), shape of the filter (HWIO), which of dx, dw, db are wanted.
// Outputs: dx, dw, db.
void conv2DBackward(const Instruction& instruction, Frame& frame) {
  const Window window(instruction);
  const int64_t* shape = instruction.ints.data() + kWindowInts;
  const int64_t* wanted = shape + 8;
  const at::Tensor dy = rounded(images(frame.input(instruction, 0)), frame);
  const int64_t height = shape[1], width = shape[2];
  at::Tensor x;
  if (instruction.inputs[1] >= 0) {
    x = rounded(images(frame.input(instruction, 1)), frame);
    if (!window.symmetric()) x = padMap(x, window, 0);
  } else {
    const bool padded = !window.symmetric();
    const int64_t rows = height + (padded ? window.top + window.bottom : 0);
    const int64_t columns = width + (padded ? window.left + window.right : 0);
    x = shaped({shape[0], shape[3], rows, columns}, dy.options());
  }
  const at::Tensor filter = instruction.inputs[2] >= 0 ? rounded(filters(frame.input(instruction, 2)), frame)
                                                       : shaped({shape[7], shape[6], shape[4], shape[5]}, dy.options());
  const at::Tensor w = laidOut(filter, x);
  const auto padding = window.symmetric() ? window.padding() : Window::kNone;
  const std::vector<int64_t> biasSizes{shape[7]};
  auto [dx, dw, db] = at::convolution_backward(
      dy, x, w, at::OptionalIntArrayRef(biasSizes), window.strides, padding, window.dilations, false, {0, 0},
      shape[3] / shape[6], {wanted[0] != 0, wanted[1] != 0, wanted[2] != 0});
  if (wanted[0] != 0) {
    if (!window.symmetric()) dx = unpadMap(dx, window, height, width);
    frame.output(instruction, 0, fromImages(dx.to(at::kFloat)));
  }
  if (wanted[1] != 0) frame.output(instruction, 1, fromFilters(dw.to(at::kFloat)));
  if (wanted[2] != 0) frame.output(instruction, 2, db.to(at::kFloat));
}

// A matrix with ones where two channels are neighbours.
at::Tensor band(int64_t channels, int64_t radius, const at::TensorOptions& options) {
  const at::Tensor place = at::arange(channels, options.dtype(at::kLong));
  return at::le(at::abs(at::sub(place.unsqueeze(0), place.unsqueeze(1))), radius).to(at::kFloat);
}

at::Tensor neighbourSum(const at::Tensor& x, int64_t radius) {
  return at::matmul(x, band(x.size(-1), radius, x.options()));
}

struct LocalResponse {
  int64_t radius;
  double bias, alpha, beta;
  // ints: radius. floats: bias, alpha, beta.
  explicit LocalResponse(const Instruction& instruction)
      : radius(instruction.ints[0]),
        bias(instruction.floats[0]),
        alpha(instruction.floats[1]),
        beta(instruction.floats[2]) {}
  at::Tensor base(const at::Tensor& x) const { return neighbourSum(at::square(x), radius).mul_(alpha).add_(bias); }
};

// y = x / (bias + alpha * sum of the neighbours' squares) ^ beta, across channels.
void lrn(const Instruction& instruction, Frame& frame) {
  const LocalResponse response(instruction);
  const at::Tensor& x = frame.input(instruction, 0);
  frame.output(instruction, at::mul(x, response.base(x).pow_(-response.beta)));
}

// Operands: x, y, dy. dx = dy / base^beta - 2 alpha beta x * (sum over neighbours of dy * y / base).
void lrnGrad(const Instruction& instruction, Frame& frame) {
  const LocalResponse response(instruction);
  const at::Tensor& x = frame.input(instruction, 0);
  const at::Tensor& dy = frame.input(instruction, 2);
  const at::Tensor base = response.base(x);
  const at::Tensor shares = at::mul(dy, frame.input(instruction, 1)).div_(base);
  const at::Tensor through = neighbourSum(shares, response.radius).mul_(x).mul_(2 * response.alpha * response.beta);
  frame.output(instruction, at::mul(dy, at::pow(base, -response.beta)).sub_(through));
}

}  // namespace

void addConvolutions(Operations& table) {
  table.insert({
      {"Conv2D", conv2D},
      {"Conv2DBackward", conv2DBackward},
      {"LRN", lrn},
      {"LRNGrad", lrnGrad},
  });
}

}  // namespace tickwork
