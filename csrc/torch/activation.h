// From the name of an activation to its functions.
#pragma once

#include <string>

#include "../core/epilogue.h"
#include "adapter.h"

namespace edgewise::adapter {

template <class Body>
void with_activation(const std::string& act, const Body& body) {
  if (act == "identity") return body(Identity{});
  if (act == "relu") return body(Relu{});
  if (act == "leaky_relu") return body(LeakyRelu{});
  if (act == "elu") return body(Elu{});
  STD_TORCH_CHECK(act == "tanh", "unknown act");
  return body(Tanh{});
}

}  // namespace edgewise::adapter
