// force_layout: where to draw each node.
#include "../core/layout.h"

#include <algorithm>

#include "adapter.h"

namespace edgewise::adapter {
namespace {

template <class Index>
void place(const Tensor& indptr, const Tensor& indices, int64_t seed, int64_t iterations, Tensor& out) {
  const int64_t num_nodes = indptr.numel() - 1;
  const auto graph = as_csr<float, Index>(indptr, indices, {}, {}, num_nodes, ScalarType::Float);
  check_valid(graph.indptr[0] == 0 && graph.indptr[num_nodes] == graph.num_edges);
  for (int64_t node = 0; node < num_nodes; ++node) check_valid(graph.row_is_valid(node));
  const auto at = layout::force_directed(TorchParallel{}, graph.indptr, graph.indices, num_nodes,
                                         static_cast<uint64_t>(seed), iterations);
  float* position = write<float>(out);
  for (size_t node = 0; node < at.size(); ++node) {
    position[2 * node] = at[node].x;
    position[2 * node + 1] = at[node].y;
  }
}

Tensor force_layout_cpu(const Tensor& indptr, const Tensor& indices, int64_t seed, int64_t iterations) {
  Tensor out = torch::stable::new_empty(indptr, {indptr.numel() - 1, 2}, ScalarType::Float);
  if (indices.scalar_type() == ScalarType::Int) {
    place<int32_t>(indptr, indices, seed, iterations, out);
  } else {
    STD_TORCH_CHECK(indices.scalar_type() == ScalarType::Long, "indices must be int32 or int64");
    place<int64_t>(indptr, indices, seed, iterations, out);
  }
  return out;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def("force_layout(Tensor indptr, Tensor indices, int seed, int iterations) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) { m.impl("force_layout", TORCH_BOX(&force_layout_cpu)); }

}  // namespace edgewise::adapter
