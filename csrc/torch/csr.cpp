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

template <class Body>
void with_key(const Tensor& key, const Body& body) {
  if (key.scalar_type() == ScalarType::Int) return body(int32_t{});
  STD_TORCH_CHECK(key.scalar_type() == ScalarType::Long, "key must be int32 or int64");
  return body(int64_t{});
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
  with_key(key, [&](auto key_type) {
    using Key = decltype(key_type);
    const Key* keys = key.const_data_ptr<Key>();
    const Key* others = other.const_data_ptr<Key>();
    STD_TORCH_CHECK(in_range(keys, num_edges, num_rows), "key must lie in [0, num_rows)");
    const auto run = [&](auto index_value) {
      using Index = decltype(index_value);
      sort_edges(TorchParallel{}, keys, others, num_edges, num_rows, indptr.mutable_data_ptr<int64_t>(),
                 indices.mutable_data_ptr<Index>(), perm.mutable_data_ptr<Index>());
    };
    wide ? run(int64_t{}) : run(int32_t{});
  });
  return {indptr, indices, perm};
}

Tensor is_sorted_cpu(const Tensor& key) {
  check_dense(key, 1, "key");
  Tensor answer = torch::stable::new_empty(key, {}, ScalarType::Bool);
  with_key(key, [&](auto key_type) {
    using Key = decltype(key_type);
    *answer.mutable_data_ptr<bool>() = is_sorted(key.const_data_ptr<Key>(), key.numel());
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
