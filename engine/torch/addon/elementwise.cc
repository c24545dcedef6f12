#include "operations.h"

namespace tickwork {
namespace {

template <at::Tensor (*function)(const at::Tensor&)>
void unary(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, function(frame.input(instruction, 0)));
}

template <at::Tensor (*function)(const at::Tensor&, const at::Tensor&)>
void binary(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, function(frame.input(instruction, 0), frame.input(instruction, 1)));
}

at::Tensor step(const at::Tensor& x) { return at::gt(x, 0); }
at::Tensor round(const at::Tensor& x) { return at::round(x); }
at::Tensor mod(const at::Tensor& a, const at::Tensor& b) { return at::remainder(a, b); }
at::Tensor add(const at::Tensor& a, const at::Tensor& b) { return at::add(a, b); }
at::Tensor subtract(const at::Tensor& a, const at::Tensor& b) { return at::sub(a, b); }
at::Tensor multiply(const at::Tensor& a, const at::Tensor& b) { return at::mul(a, b); }
at::Tensor divide(const at::Tensor& a, const at::Tensor& b) { return at::div(a, b); }
at::Tensor power(const at::Tensor& a, const at::Tensor& b) { return at::pow(a, b); }
at::Tensor maximum(const at::Tensor& a, const at::Tensor& b) { return at::maximum(a, b); }
at::Tensor minimum(const at::Tensor& a, const at::Tensor& b) { return at::minimum(a, b); }
at::Tensor equal(const at::Tensor& a, const at::Tensor& b) { return at::eq(a, b); }
at::Tensor notEqual(const at::Tensor& a, const at::Tensor& b) { return at::ne(a, b); }
at::Tensor greater(const at::Tensor& a, const at::Tensor& b) { return at::gt(a, b); }
at::Tensor greaterEqual(const at::Tensor& a, const at::Tensor& b) { return at::ge(a, b); }
at::Tensor less(const at::Tensor& a, const at::Tensor& b) { return at::lt(a, b); }
at::Tensor lessEqual(const at::Tensor& a, const at::Tensor& b) { return at::le(a, b); }
at::Tensor squaredDifference(const at::Tensor& a, const at::Tensor& b) { return at::square(at::sub(a, b)); }

// ints: whether the operand is nobody else's, so that its memory can be taken.
void relu(const Instruction& instruction, Frame& frame) {
  at::Tensor x = frame.input(instruction, 0);
  frame.output(instruction, instruction.ints[0] != 0 ? at::relu_(x) : at::relu(x));
}

// Operands: dy, y. dy where y is positive, else 0.
void reluGradient(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, at::threshold_backward(frame.input(instruction, 0), frame.input(instruction, 1), 0));
}

void select(const Instruction& instruction, Frame& frame) {
  const at::Tensor& condition = frame.input(instruction, 0);
  frame.output(instruction, at::where(condition, frame.input(instruction, 1), frame.input(instruction, 2)));
}

void cast(const Instruction& instruction, Frame& frame) {
  frame.output(instruction, frame.input(instruction, 0).to(instruction.dtype));
}

}  // namespace

void addElementwise(Operations& table) {
  table.insert({
      {"Abs", unary<at::abs>},
      {"Acos", unary<at::acos>},
      {"Acosh", unary<at::acosh>},
      {"Asin", unary<at::asin>},
      {"Asinh", unary<at::asinh>},
      {"Atan", unary<at::atan>},
      {"Atanh", unary<at::atanh>},
      {"Ceil", unary<at::ceil>},
      {"Cos", unary<at::cos>},
      {"Cosh", unary<at::cosh>},
      {"Erf", unary<at::erf>},
      {"Exp", unary<at::exp>},
      {"Floor", unary<at::floor>},
      {"Log", unary<at::log>},
      {"LogicalNot", unary<at::logical_not>},
      {"Neg", unary<at::neg>},
      {"Reciprocal", unary<at::reciprocal>},
      {"Round", unary<round>},
      {"Rsqrt", unary<at::rsqrt>},
      {"Sigmoid", unary<at::sigmoid>},
      {"Sign", unary<at::sign>},
      {"Sin", unary<at::sin>},
      {"Sinh", unary<at::sinh>},
      {"Sqrt", unary<at::sqrt>},
      {"Square", unary<at::square>},
      {"Step", unary<step>},
      {"Tan", unary<at::tan>},
      {"Tanh", unary<at::tanh>},
      {"Add", binary<add>},
      {"Equal", binary<equal>},
      {"Greater", binary<greater>},
      {"GreaterEqual", binary<greaterEqual>},
      {"Less", binary<less>},
      {"LessEqual", binary<lessEqual>},
      {"LogicalAnd", binary<at::logical_and>},
      {"LogicalOr", binary<at::logical_or>},
      {"Maximum", binary<maximum>},
      {"Minimum", binary<minimum>},
      {"Mod", binary<mod>},
      {"Multiply", binary<multiply>},
      {"NotEqual", binary<notEqual>},
      {"Pow", binary<power>},
      {"RealDiv", binary<divide>},
      {"SquaredDifference", binary<squaredDifference>},
      {"Sub", binary<subtract>},
      {"Relu", relu},
      {"ReluGradient", reluGradient},
      {"Select", select},
      {"Cast", cast},
  });
}

}  // namespace tickwork
