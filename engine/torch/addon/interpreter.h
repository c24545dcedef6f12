// Two ways of running a program: with new memory each time, and on memory that stays where it is.
#pragma once

#include <vector>

#include "program.h"

namespace tickwork {

// Batch, noise and scalars as CPU tensors, in the program's order. Both advance the state and return the metrics.
std::vector<at::Tensor> interpreted(const Program& program, State& state, const std::vector<at::Tensor>& inputs);
std::vector<at::Tensor> replayed(const Program& program, State& state, const std::vector<at::Tensor>& inputs);

}  // namespace tickwork
