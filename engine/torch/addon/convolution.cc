#include <ATen/Parallel.h>

#include <algorithm>

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

// Maps of at most so many pixels, and at least so many images, have the gradient of their filters computed here.
constexpr int64_t kFewPixels = 16;
constexpr int64_t kManyImages = 16;
// Channels that are turned together: a line of the processor's cache.
constexpr int64_t kBlock = 16;
// Elements that are worth a thread of their own.
constexpr int64_t kGrain = 1 << 15;

bool fewPixels(const at::Tensor& dy, const at::Tensor& x, const Window& window, int64_t groups) {
  const std::array<int64_t, 2> ones{1, 1};
  return x.is_cpu() && x.scalar_type() == at::kFloat && groups == 1 && window.strides == ones &&
         window.dilations == ones && window.symmetric() && window.top < window.filter[0] &&
         window.left < window.filter[1] && x.size(0) >= kManyImages && x.size(2) * x.size(3) <= kFewPixels &&
         dy.size(2) * dy.size(3) <= kFewPixels;
}

// Images and channels change places, and each map is turned by half a circle.
at::Tensor turned(const at::Tensor& nchw) {
  const at::Tensor from = fromImages(nchw).contiguous();
  const int64_t images = nchw.size(0), channels = nchw.size(1), pixels = nchw.size(2) * nchw.size(3);
  const at::Tensor to = at::empty({channels, nchw.size(2), nchw.size(3), images}, nchw.options());
  const float* const source = from.const_data_ptr<float>();
  float* const target = to.data_ptr<float>();
  const int64_t blocks = (channels + kBlock - 1) / kBlock;
  at::parallel_for(0, blocks * pixels, 1 + kGrain / (kBlock * images), [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; task++) {
      const int64_t pixel = task % pixels;
      const int64_t first = task / pixels * kBlock;
      const int64_t last = std::min(first + kBlock, channels);
      for (int64_t image = 0; image < images; image++) {
        const float* const row = source + (image * pixels + pixel) * channels;
        float* const column = target + (pixels - 1 - pixel) * images + image;
        for (int64_t channel = first; channel < last; channel++) column[channel * pixels * images] = row[channel];
      }
    }
  });
  return ::tickwork::images(to);
}

// The gradient of the filters of a convolution over small maps, as a convolution of dy with x in which images are the
// channels. libtorch's own takes filters apart into a layout of its own and changes that twice, which costs more than the
// products do where a map has few pixels; this one has the layout of the filters at once.
at::Tensor filterGradient(const at::Tensor& dy, const at::Tensor& x, const Window& window) {
  const std::array<int64_t, 2> padding{window.filter[0] - 1 - window.top, window.filter[1] - 1 - window.left};
  return at::convolution(turned(dy), turned(x), {}, window.strides, padding, window.dilations, false, {0, 0}, 1);
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
  const int64_t groups = shape[3] / shape[6];
  const bool apart = wanted[1] != 0 && fewPixels(dy, x, window, groups);
  at::Tensor dx, dw, db;
  const std::array<bool, 3> rest{wanted[0] != 0, wanted[1] != 0 && !apart, wanted[2] != 0};
  if (rest != std::array<bool, 3>{}) {
    std::tie(dx, dw, db) =
        at::convolution_backward(dy, x, w, at::OptionalIntArrayRef(biasSizes), window.strides, padding,
                                 window.dilations, false, {0, 0}, groups, rest);
  }
  if (apart) dw = filterGradient(dy, x, window);
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
