#include "node_values.h"

namespace tickwork {

void check(napi_env, napi_status status, const char* what) {
  if (status != napi_ok) throw std::invalid_argument(std::string("expected ") + what);
}

napi_value property(napi_env env, napi_value object, const char* name) {
  napi_value value = nullptr;
  check(env, napi_get_named_property(env, object, name, &value), name);
  return value;
}

uint32_t lengthOf(napi_env env, napi_value array) {
  uint32_t length = 0;
  check(env, napi_get_array_length(env, array, &length), "an array");
  return length;
}

napi_value element(napi_env env, napi_value array, uint32_t index) {
  napi_value value = nullptr;
  check(env, napi_get_element(env, array, index, &value), "an element");
  return value;
}

std::string text(napi_env env, napi_value value) {
  size_t length = 0;
  check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length), "a string");
  std::string result(length, '\0');
  check(env, napi_get_value_string_utf8(env, value, result.data(), length + 1, &length), "a string");
  return result;
}

int64_t integer(napi_env env, napi_value value) {
  int64_t result = 0;
  check(env, napi_get_value_int64(env, value, &result), "an integer");
  return result;
}

double number(napi_env env, napi_value value) {
  double result = 0;
  check(env, napi_get_value_double(env, value, &result), "a number");
  return result;
}

bool boolean(napi_env env, napi_value value) {
  bool result = false;
  check(env, napi_get_value_bool(env, value, &result), "a boolean");
  return result;
}

std::vector<int64_t> integers(napi_env env, napi_value array) {
  std::vector<int64_t> result(lengthOf(env, array));
  for (uint32_t i = 0; i < result.size(); i++) result[i] = integer(env, element(env, array, i));
  return result;
}

std::vector<double> numbers(napi_env env, napi_value array) {
  std::vector<double> result(lengthOf(env, array));
  for (uint32_t i = 0; i < result.size(); i++) result[i] = number(env, element(env, array, i));
  return result;
}

bool isUndefined(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  check(env, napi_typeof(env, value, &type), "a value");
  return type == napi_undefined;
}

Elements elements(napi_env env, napi_value array) {
  Elements result{};
  check(env, napi_get_typedarray_info(env, array, &result.type, &result.count, &result.data, nullptr, nullptr),
        "a typed array");
  return result;
}

}  // namespace tickwork
