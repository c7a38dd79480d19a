// sort_edges, is_sorted: from an edge list to rows.
#include "../core/csr.h"

#include <algorithm>
#include <tuple>

#include "adapter.h"

namespace edgewise::adapter {
namespace {

template <class Key>
bool in_range(const Key* key, int64_t count, int64_t limit) {
  return std::all_of(key, key + count, [&](Key k) { return k >= 0 && k < limit; });
}

std::tuple<Tensor, Tensor, Tensor> sort_edges_cpu(const Tensor& key, const Tensor& other, int64_t num_rows, bool wide) {
  check_dense(key, 1, "key");
  check_dense(other, 1, "other");
  const int64_t num_edges = key.numel();
  STD_TORCH_CHECK(other.numel() == num_edges && other.scalar_type() == key.scalar_type() && num_rows >= 0,
                  "other must have the length and dtype of key");
  const ScalarType index_type = wide ? ScalarType::Long : ScalarType::Int;
  Tensor indptr = torch::stable::new_empty(key, {num_rows + 1}, ScalarType::Long);
  Tensor indices = torch::stable::new_empty(key, {num_edges}, index_type);
  Tensor perm = torch::stable::new_empty(key, {num_edges}, index_type);
  dispatch_index(key, [&](auto key_type) {
    using Key = decltype(key_type);
    const Key* keys = read<Key>(key);
    const Key* others = read<Key>(other);
    STD_TORCH_CHECK(in_range(keys, num_edges, num_rows), "key must lie in [0, num_rows)");
    const auto run = [&](auto index_value) {
      using Index = decltype(index_value);
      sort_edges(TorchParallel{}, keys, others, num_edges, num_rows, write<int64_t>(indptr), write<Index>(indices),
                 write<Index>(perm));
    };
    wide ? run(int64_t{}) : run(int32_t{});
  });
  return {indptr, indices, perm};
}

Tensor is_sorted_cpu(const Tensor& key) {
  check_dense(key, 1, "key");
  Tensor answer = torch::stable::new_empty(key, {}, ScalarType::Bool);
  dispatch_index(key, [&](auto key_type) {
    using Key = decltype(key_type);
    *write<bool>(answer) = is_sorted(read<Key>(key), key.numel());
  });
  return answer;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def("sort_edges(Tensor key, Tensor other, int num_rows, bool wide) -> (Tensor, Tensor, Tensor)");
  m.def("is_sorted(Tensor key) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) {
  m.impl("sort_edges", TORCH_BOX(&sort_edges_cpu));
  m.impl("is_sorted", TORCH_BOX(&is_sorted_cpu));
}

}  // namespace edgewise::adapter
