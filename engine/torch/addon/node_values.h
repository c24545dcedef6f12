// Reading JavaScript values. Everything throws std::invalid_argument where a value is not what the engine sends.
#pragma once

#include <node_api.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace tickwork {

void check(napi_env env, napi_status status, const char* what);
napi_value property(napi_env env, napi_value object, const char* name);
uint32_t lengthOf(napi_env env, napi_value array);
napi_value element(napi_env env, napi_value array, uint32_t index);
std::string text(napi_env env, napi_value value);
int64_t integer(napi_env env, napi_value value);
double number(napi_env env, napi_value value);
bool boolean(napi_env env, napi_value value);
std::vector<int64_t> integers(napi_env env, napi_value array);
std::vector<double> numbers(napi_env env, napi_value array);
bool isUndefined(napi_env env, napi_value value);

// Memory of a typed array; valid while the array is.
struct Elements {
  void* data;
  size_t count;
  napi_typedarray_type type;
};
Elements elements(napi_env env, napi_value array);

template <typename T>
T* external(napi_env env, napi_value value) {
  void* data = nullptr;
  check(env, napi_get_value_external(env, value, &data), "an external");
  return static_cast<T*>(data);
}

template <typename T>
napi_value makeExternal(napi_env env, T* owned) {
  napi_value result = nullptr;
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<T*>(data); };
  check(env, napi_create_external(env, owned, finalize, nullptr, &result), "to make an external");
  return result;
}

}  // namespace tickwork
