// The door between JavaScript and the interpreter. Every function turns C++ exceptions into JavaScript errors.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include <memory>

#include "block_cache.h"
#include "interpreter.h"
#include "node_values.h"
#include "operations.h"
#include "window.h"

namespace tickwork {
namespace {

constexpr size_t kMaxArguments = 4;

at::ScalarType scalarType(const std::string& dtype) {
  if (dtype == "float32") return at::kFloat;
  if (dtype == "int32") return at::kInt;
  if (dtype == "bool") return at::kBool;
  if (dtype == "uint8") return at::kByte;
  throw std::invalid_argument("expected a dtype, got " + dtype);
}

Operation find(const std::string& kind) {
  static const Operations table = [] {
    Operations all;
    addElementwise(all);
    addReductions(all);
    addStructure(all);
    addConvolutions(all);
    addPools(all);
    addUpdates(all);
    return all;
  }();
  const auto found = table.find(kind);
  if (found == table.end()) throw std::invalid_argument("expected an operation that this addon has, got " + kind);
  return found->second;
}

at::ScalarType scalarType(napi_typedarray_type type) {
  if (type == napi_float32_array) return at::kFloat;
  if (type == napi_int32_array) return at::kInt;
  if (type == napi_uint8_array) return at::kBool;
  throw std::invalid_argument("expected a Float32Array, an Int32Array or a Uint8Array");
}

// The memory of a typed array as a tensor, without copying. Bytes are bools or grey levels, which the array cannot tell.
at::Tensor borrowed(const Elements& given, at::IntArrayRef shape, at::ScalarType dtype) {
  const bool bytes = given.type == napi_uint8_array;
  if (bytes ? dtype != at::kBool && dtype != at::kByte : dtype != scalarType(given.type)) {
    throw std::invalid_argument("expected a typed array of another dtype");
  }
  if (given.count != static_cast<size_t>(c10::multiply_integers(shape))) {
    throw std::invalid_argument("expected a typed array of another length");
  }
  return at::from_blob(given.data, shape, at::TensorOptions().dtype(dtype));
}

Instruction readInstruction(napi_env env, napi_value object, const Program& program) {
  Instruction result;
  result.kind = text(env, property(env, object, "kind"));
  result.operation = find(result.kind);
  result.inputs = integers(env, property(env, object, "inputs"));
  result.outputs = integers(env, property(env, object, "outputs"));
  result.ints = integers(env, property(env, object, "ints"));
  result.floats = numbers(env, property(env, object, "floats"));
  result.shape = integers(env, property(env, object, "shape"));
  result.dtype = scalarType(text(env, property(env, object, "dtype")));
  result.release = integers(env, property(env, object, "release"));
  const napi_value values = property(env, object, "values");
  if (!isUndefined(env, values)) {
    result.constant = borrowed(elements(env, values), result.shape, result.dtype).clone().to(program.device);
  }
  return result;
}

napi_value compile(napi_env env, napi_value* arguments) {
  const c10::InferenceMode inference;
  auto program = std::make_unique<Program>();
  const napi_value given = arguments[0];
  program->slots = integer(env, property(env, given, "slots"));
  program->device = at::Device(text(env, property(env, given, "device")));
  program->bfloat16 = boolean(env, property(env, given, "bfloat16"));
  program->fixedMemory = boolean(env, property(env, given, "fixedMemory"));
  const auto each = [&](const char* name, const auto& body) {
    const napi_value list = property(env, given, name);
    for (uint32_t i = 0; i < lengthOf(env, list); i++) body(element(env, list, i));
  };
  const auto field = [&](napi_value object, const char* name) { return property(env, object, name); };
  each("instructions", [&](napi_value item) { program->instructions.push_back(readInstruction(env, item, *program)); });
  each("state", [&](napi_value item) {
    program->state.push_back({text(env, field(item, "name")), integer(env, field(item, "slot"))});
  });
  each("tensors", [&](napi_value item) {
    program->tensors.push_back({integer(env, field(item, "slot")), integers(env, field(item, "shape")),
                                scalarType(text(env, field(item, "dtype")))});
  });
  each("newState", [&](napi_value item) {
    program->newState.push_back({text(env, field(item, "name")), integer(env, field(item, "slot")),
                                 boolean(env, field(item, "copy"))});
  });
  program->scalars = integers(env, field(given, "scalars"));
  program->metrics = integers(env, field(given, "metrics"));
  return makeExternal(env, program.release());
}

// Filters lie as libtorch's convolutions want them, channels last of OIHW; what they are called stays HWIO.
at::Tensor placed(const at::Tensor& value, at::Device device) {
  const at::Tensor moved = value.to(device);
  if (value.dim() != 4) return moved.is_same(value) ? value.clone() : moved;
  return fromFilters(filters(moved).clone(at::MemoryFormat::ChannelsLast));
}

// Arguments: device, then an array of { name, shape, data }.
napi_value createState(napi_env env, napi_value* arguments) {
  const c10::InferenceMode inference;
  static int64_t states = 0;
  auto state = std::make_unique<State>();
  state->number = states++;
  const at::Device device(text(env, arguments[0]));
  for (uint32_t i = 0; i < lengthOf(env, arguments[1]); i++) {
    const napi_value entry = element(env, arguments[1], i);
    const std::vector<int64_t> shape = integers(env, property(env, entry, "shape"));
    const Elements data = elements(env, property(env, entry, "data"));
    const at::Tensor host = borrowed(data, shape, scalarType(data.type));
    state->entries[text(env, property(env, entry, "name"))] = placed(host, device);
  }
  return makeExternal(env, state.release());
}

// Copies a tensor into a typed array of its length.
void copyInto(napi_env env, const at::Tensor& value, napi_value target) {
  const Elements room = elements(env, target);
  if (room.count != static_cast<size_t>(value.numel())) throw std::invalid_argument("expected room of another size");
  const at::ScalarType type = scalarType(room.type);
  const at::Tensor host = value.to(at::kCPU, type).contiguous();
  std::memcpy(room.data, host.const_data_ptr(), host.nbytes());
}

// Arguments: state, name, typed array to fill.
napi_value readState(napi_env env, napi_value* arguments) {
  const c10::InferenceMode inference;
  const State& state = *external<State>(env, arguments[0]);
  const auto found = state.entries.find(text(env, arguments[1]));
  if (found == state.entries.end()) throw std::invalid_argument("expected an entry of the state");
  copyInto(env, found->second, arguments[2]);
  return nullptr;
}

napi_value clearState(napi_env env, napi_value* arguments) {
  external<State>(env, arguments[0])->entries.clear();
  return nullptr;
}

// Arguments: program, state, [typed arrays of batch and noise, scalars], typed arrays for the metrics.
napi_value run(napi_env env, napi_value* arguments) {
  const c10::InferenceMode inference;
  const Program& program = *external<Program>(env, arguments[0]);
  State& state = *external<State>(env, arguments[1]);
  const napi_value arrays = element(env, arguments[2], 0);
  const std::vector<double> scalars = numbers(env, element(env, arguments[2], 1));
  std::vector<at::Tensor> inputs;
  for (uint32_t i = 0; i < program.tensors.size(); i++) {
    const TensorSlot& slot = program.tensors[i];
    inputs.push_back(borrowed(elements(env, element(env, arrays, i)), slot.shape, slot.dtype));
  }
  for (const double scalar : scalars) inputs.push_back(at::scalar_tensor(scalar, at::kFloat));
  const std::vector<at::Tensor> metrics = program.fixedMemory ? replayed(program, state, inputs) : interpreted(program, state, inputs);
  for (size_t i = 0; i < metrics.size(); i++) {
    copyInto(env, metrics[i], element(env, arguments[3], static_cast<uint32_t>(i)));
  }
  return nullptr;
}

// Argument: { threads, tf32, deterministic }. Returns { version, cuda, devices }. Threads and switches are libtorch's own, for
// the whole process.
napi_value setUp(napi_env env, napi_value* arguments) {
  installBlockCache();
  at::set_num_threads(static_cast<int>(integer(env, property(env, arguments[0], "threads"))));
  const bool tf32 = boolean(env, property(env, arguments[0], "tf32"));
  const bool deterministic = boolean(env, property(env, arguments[0], "deterministic"));
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(tf32);
  context.setAllowTF32CuDNN(tf32);
  context.setDeterministicAlgorithms(deterministic, true);
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
  napi_value result = nullptr;
  check(env, napi_create_object(env, &result), "to make an object");
  napi_value version = nullptr;
  check(env, napi_create_string_utf8(env, TORCH_VERSION, NAPI_AUTO_LENGTH, &version), "to make a string");
  check(env, napi_set_named_property(env, result, "version", version), "to set a property");
  napi_value cuda = nullptr;
  check(env, napi_get_boolean(env, at::hasCUDA(), &cuda), "to make a boolean");
  check(env, napi_set_named_property(env, result, "cuda", cuda), "to set a property");
  return result;
}

// Returns { usedBytes, idleBytes, fromSystem }.
napi_value countMemory(napi_env env, napi_value*) {
  const BlockCounts counts = countBlocks();
  napi_value result = nullptr;
  check(env, napi_create_object(env, &result), "to make an object");
  const auto set = [&](const char* name, size_t count) {
    napi_value value = nullptr;
    check(env, napi_create_double(env, static_cast<double>(count), &value), "to make a number");
    check(env, napi_set_named_property(env, result, name, value), "to set a property");
  };
  set("usedBytes", counts.usedBytes);
  set("idleBytes", counts.idleBytes);
  set("fromSystem", counts.fromSystem);
  return result;
}

napi_value releaseMemory(napi_env, napi_value*) {
  emptyBlockCache();
  return nullptr;
}

template <napi_value (*body)(napi_env, napi_value*)>
napi_value guarded(napi_env env, napi_callback_info info) {
  napi_value arguments[kMaxArguments] = {};
  size_t count = kMaxArguments;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  try {
    return body(env, arguments);
  } catch (const c10::Error& error) {
    napi_throw_error(env, nullptr, error.what_without_backtrace());
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  } catch (...) {
    napi_throw_error(env, nullptr, "an exception of unknown type");
  }
  return nullptr;
}

napi_value initialise(napi_env env, napi_value exports) {
  const auto method = [](const char* name, napi_callback callback) -> napi_property_descriptor {
    return {name, nullptr, callback, nullptr, nullptr, nullptr, napi_enumerable, nullptr};
  };
  const napi_property_descriptor methods[] = {
      method("setUp", guarded<setUp>),
      method("compile", guarded<compile>),
      method("createState", guarded<createState>),
      method("readState", guarded<readState>),
      method("clearState", guarded<clearState>),
      method("run", guarded<run>),
      method("countMemory", guarded<countMemory>),
      method("releaseMemory", guarded<releaseMemory>),
  };
  napi_define_properties(env, exports, sizeof(methods) / sizeof(methods[0]), methods);
  return exports;
}

}  // namespace
}  // namespace tickwork

NAPI_MODULE(tickwork_torch, tickwork::initialise)
