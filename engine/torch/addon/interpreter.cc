#include "interpreter.h"

#include <c10/core/Stream.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#if __has_include(<ATen/accelerator/Graph.h>)
#include <ATen/accelerator/Graph.h>
#define TICKWORK_HAS_GRAPHS 1
#endif

#include <optional>

namespace tickwork {
namespace {

// Runs before a recording: libraries choose their algorithms and allocate what they keep.
constexpr int kWarmUps = 3;

// Executes all instructions. `inputs` lie on the device already.
Frame execute(const Program& program, const State& state, const std::vector<at::Tensor>& inputs) {
  Frame frame{program, std::vector<at::Tensor>(static_cast<size_t>(program.slots))};
  const auto slot = [&](int64_t index) -> at::Tensor& { return frame.values[static_cast<size_t>(index)]; };
  for (const StateSlot& entry : program.state) slot(entry.slot) = state.entries.at(entry.name);
  size_t next = 0;
  for (const TensorSlot& tensor : program.tensors) slot(tensor.slot) = inputs[next++];
  for (const int64_t scalar : program.scalars) slot(scalar) = inputs[next++];
  for (const Instruction& instruction : program.instructions) {
    instruction.operation(instruction, frame);
    for (const int64_t released : instruction.release) slot(released).reset();
  }
  return frame;
}

std::vector<at::Tensor> valuesOf(const Frame& frame, const std::vector<int64_t>& slots) {
  std::vector<at::Tensor> values;
  for (const int64_t slot : slots) values.push_back(frame.values[static_cast<size_t>(slot)]);
  return values;
}

// New state, none of it in memory that another entry is about to overwrite.
std::vector<at::Tensor> newState(const Program& program, const Frame& frame) {
  std::vector<at::Tensor> values;
  for (const StateResult& entry : program.newState) {
    const at::Tensor& value = frame.values[static_cast<size_t>(entry.slot)];
    values.push_back(entry.copy ? value.clone() : value);
  }
  return values;
}

}  // namespace

std::vector<at::Tensor> interpreted(const Program& program, State& state, const std::vector<at::Tensor>& inputs) {
  std::vector<at::Tensor> placed;
  for (const at::Tensor& input : inputs) placed.push_back(program.device.is_cpu() ? input : input.to(program.device));
  const Frame frame = execute(program, state, placed);
  const std::vector<at::Tensor> values = newState(program, frame);
  for (size_t i = 0; i < values.size(); i++) state.entries[program.newState[i].name] = values[i];
  return valuesOf(frame, program.metrics);
}

// One program on one state. Everything that goes in or comes out has an address for life; on a GPU the work between is
// recorded after some runs and replayed from then on, which takes one launch in place of hundreds.
class Replay {
 public:
  Replay(const Program& program, const State& state) : stateNumber(state.number) {
    if (program.device.is_cpu()) return;
    const c10::impl::VirtualGuardImpl device(program.device.type());
    // The default stream cannot be recorded.
    stream.emplace(device.getStreamFromGlobalPool(program.device, false));
  }

  std::vector<at::Tensor> run(const Program& program, State& state, const std::vector<at::Tensor>& given) {
    if (!stream) {
      place(program, given);
      step(program, state);
      return metrics;
    }
    const c10::StreamGuard guard(*stream);
    place(program, given);
    if (!advance()) {
      if (!record(program, state)) step(program, state);
    }
    stream->synchronize();
    return metrics;
  }

  const int64_t stateNumber;

 private:
  void place(const Program& program, const std::vector<at::Tensor>& given) {
    if (inputs.empty()) {
      for (const at::Tensor& input : given) inputs.push_back(at::empty_like(input, input.options().device(program.device)));
    }
    for (size_t i = 0; i < given.size(); i++) inputs[i].copy_(given[i]);
  }

  void step(const Program& program, State& state) {
    const Frame frame = execute(program, state, inputs);
    const std::vector<at::Tensor> results = valuesOf(frame, program.metrics);
    if (metrics.empty()) {
      for (const at::Tensor& result : results) metrics.push_back(at::empty_like(result));
    }
    for (size_t i = 0; i < results.size(); i++) metrics[i].copy_(results[i]);
    const std::vector<at::Tensor> values = newState(program, frame);
    for (size_t i = 0; i < values.size(); i++) {
      at::Tensor& entry = state.entries.at(program.newState[i].name);
      // Updates in place have written it already.
      if (entry.data_ptr() != values[i].data_ptr()) entry.copy_(values[i]);
    }
  }

#ifdef TICKWORK_HAS_GRAPHS
  bool advance() {
    if (!graph) return false;
    graph->replay();
    return true;
  }

  bool record(const Program& program, State& state) {
    if (runs++ < kWarmUps) return false;
    stream->synchronize();
    auto recording = std::make_unique<at::accelerator::Graph>();
    recording->capture_begin();
    step(program, state);
    recording->capture_end();
    graph = std::move(recording);
    graph->replay();
    return true;
  }

  std::unique_ptr<at::accelerator::Graph> graph;
  int runs = 0;
#else
  bool advance() { return false; }
  bool record(const Program&, State&) { return false; }
#endif

  std::optional<c10::Stream> stream;
  std::vector<at::Tensor> inputs;
  std::vector<at::Tensor> metrics;
};

std::vector<at::Tensor> replayed(const Program& program, State& state, const std::vector<at::Tensor>& inputs) {
  if (!program.replay || program.replay->stateNumber != state.number) {
    program.replay = std::make_unique<Replay>(program, state);
  }
  return program.replay->run(program, state, inputs);
}

Program::Program() = default;
Program::~Program() = default;

}  // namespace tickwork
