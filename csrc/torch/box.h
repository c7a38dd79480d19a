// Registering kernels that take words. Up to torch 2.13, TORCH_BOX leaves one std::string behind at every call of an
// operator with a `str` argument (pytorch/pytorch#191340): a training loop grows, and each leftover pins the block of
// the heap that it lies in. Here the kernel is given a string of its own and the handle is deleted.
#pragma once

#include <torch/csrc/stable/library.h>
#include <torch/headeronly/util/Exception.h>

#include <string>

namespace edgewise::adapter {

template <class T>
struct Argument {
  using Boxed = T;
  static T unbox(T given) { return static_cast<T>(given); }
};

template <>
struct Argument<const std::string&> {
  using Boxed = StringHandle;
  static std::string unbox(StringHandle handle) {
    size_t length = 0;
    const char* data = nullptr;
    STABLE_TORCH_ERROR_CODE_CHECK(torch_string_length(handle, &length));
    STABLE_TORCH_ERROR_CODE_CHECK(torch_string_c_str(handle, &data));
    std::string word(data, length);
    STABLE_TORCH_ERROR_CODE_CHECK(torch_delete_string(handle));
    return word;
  }
};

template <auto kernel>
struct WithWords;

template <class Result, class... Arguments, Result (*kernel)(Arguments...)>
struct WithWords<kernel> {
  static Result call(typename Argument<Arguments>::Boxed... given) {
    return kernel(Argument<Arguments>::unbox(given)...);
  }
};

}  // namespace edgewise::adapter

#define EDGEWISE_BOX(kernel) TORCH_BOX((&edgewise::adapter::WithWords<(kernel)>::call))
