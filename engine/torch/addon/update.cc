#include <ATen/Parallel.h>

#include "operations.h"

// GCC's -O2 leaves loops of unknown length alone.
#if defined(__GNUC__) && !defined(__clang__)
#define TICKWORK_VECTORISED __attribute__((optimize("O3")))
#else
#define TICKWORK_VECTORISED
#endif

namespace tickwork {
namespace {

// Elements that are worth a thread of their own.
constexpr int64_t kGrain = 1 << 15;

bool alike(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() && a.strides() == b.strides();
}

// Apart from its caller, so that the compiler sees that nothing overlaps and computes many elements at once.
TICKWORK_VECTORISED void move(float* __restrict weights, float* __restrict velocities, const float* __restrict gradients,
                              float keep, float rate, float decay, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; i++) {
    const float velocity = keep * velocities[i] - rate * (gradients[i] + decay * weights[i]);
    velocities[i] = velocity;
    weights[i] += velocity;
  }
}

// v = momentum * v - rate * (g + decay * w); w = w + v, in one pass over memory: five streams in place of the eighteen
// of as many operations. Operands: w, v, g, momentum, rate and perhaps decay. ints: whether w and v are overwritten.
// Outputs: new w, new v.
void momentum(const Instruction& instruction, Frame& frame) {
  const bool inPlace = instruction.ints[0] != 0;
  at::Tensor w = inPlace ? frame.input(instruction, 0) : frame.input(instruction, 0).clone();
  at::Tensor v = inPlace ? frame.input(instruction, 1) : frame.input(instruction, 1).clone();
  at::Tensor g = frame.input(instruction, 2);
  const at::Tensor& keep = frame.input(instruction, 3);
  const at::Tensor& rate = frame.input(instruction, 4);
  const bool decays = instruction.inputs.size() > 5;
  const bool dense = w.is_cpu() && w.is_non_overlapping_and_dense() && alike(w, v);
  if (!dense) {
    const at::Tensor slope = decays ? at::add(g, at::mul(frame.input(instruction, 5), w)) : g;
    v.mul_(keep).sub_(at::mul(rate, slope));
    w.add_(v);
  } else {
    if (!alike(w, g)) g = at::empty_like(w).copy_(g);
    const float m = keep.item<float>();
    const float r = rate.item<float>();
    const float d = decays ? frame.input(instruction, 5).item<float>() : 0.0F;
    float* weights = w.data_ptr<float>();
    float* velocities = v.data_ptr<float>();
    const float* gradients = g.const_data_ptr<float>();
    at::parallel_for(0, w.numel(), kGrain, [=](int64_t begin, int64_t end) {
      move(weights, velocities, gradients, m, r, d, begin, end);
    });
  }
  frame.output(instruction, 0, w);
  frame.output(instruction, 1, v);
}

}  // namespace

void addUpdates(Operations& table) { table.insert({{"Momentum", momentum}}); }

}  // namespace tickwork
