// Lists of pairs: sort_pairs, is_sorted_pairs, unique_pairs, is_symmetric, split_loops, has_loops, count_linked.
#include "../core/structure.h"

#include <cstdint>
#include <numeric>
#include <tuple>
#include <utility>

#include "adapter.h"

namespace edgewise::adapter {
namespace {

template <class Key>
Pairs<Key> as_pairs(const Tensor& pairs) {
  return {read<Key>(pairs), read<Key>(pairs) + pairs.size(1), pairs.size(1)};
}

void check_pairs(const Tensor& pairs) {
  check_dense(pairs, 2, "pairs");
  STD_TORCH_CHECK(pairs.size(0) == 2, "pairs must have shape [2, pairs]");
}

template <class Key>
void check_keys(const Tensor& keys, int64_t limit) {
  STD_TORCH_CHECK(limit >= 0 && all_in_range(TorchParallel{}, read<Key>(keys), keys.numel(), limit),
                  "keys must lie in [0, limit)");
}

void check_narrow(int64_t size, int64_t limit) {
  STD_TORCH_CHECK(size <= INT32_MAX && limit <= INT32_MAX, "pairs or limit do not fit 32 bits: pass wide");
}

Tensor new_bool(const Tensor& like, bool value) {
  Tensor answer = torch::stable::new_empty(like, {}, ScalarType::Bool);
  *write<bool>(answer) = value;
  return answer;
}

Tensor new_positions(const Tensor& like, int64_t count, ScalarType type = ScalarType::Long) {
  Tensor out = torch::stable::new_empty(like, {count}, type);
  prefer_huge_pages(out.mutable_data_ptr(), static_cast<size_t>(count) * (type == ScalarType::Long ? 8 : 4));
  return out;
}

Tensor new_pairs(const Tensor& like, int64_t count) {
  Tensor out = torch::stable::new_empty(like, {2, count}, like.scalar_type());
  const size_t item = like.scalar_type() == ScalarType::Long ? 8 : 4;
  prefer_huge_pages(out.mutable_data_ptr(), 2 * static_cast<size_t>(count) * item);
  return out;
}

std::tuple<Tensor, Tensor> sort_pairs_cpu(const Tensor& pairs, int64_t limit, bool by_second, bool mirrored,
                                          bool wide) {
  check_pairs(pairs);
  const int64_t size = mirrored ? 2 * pairs.size(1) : pairs.size(1);
  if (!wide) check_narrow(size, limit);
  Tensor sorted = new_pairs(pairs, size);
  Tensor perm = new_positions(pairs, size, wide ? ScalarType::Long : ScalarType::Int);
  dispatch_index(pairs, [&](auto key) {
    using Key = decltype(key);
    check_keys<Key>(pairs, limit);
    Pairs<Key> list = as_pairs<Key>(pairs);
    list.mirrored = mirrored;
    Key* first = write<Key>(sorted);
    Key* second = first + size;
    if (by_second) {
      list = list.swapped();
      std::swap(first, second);
    }
    dispatch_index(perm, [&](auto index) {
      sort_pairs(TorchParallel{}, list, limit, first, second, write<decltype(index)>(perm));
    });
  });
  return {sorted, perm};
}

Tensor is_sorted_pairs_cpu(const Tensor& pairs, bool by_second) {
  check_pairs(pairs);
  bool sorted = false;
  dispatch_index(pairs, [&](auto key) {
    const auto list = as_pairs<decltype(key)>(pairs);
    sorted = is_sorted_pairs(TorchParallel{}, by_second ? list.swapped() : list);
  });
  return new_bool(pairs, sorted);
}

std::tuple<Tensor, Tensor> unique_pairs_cpu(const Tensor& pairs) {
  check_pairs(pairs);
  Tensor unique = pairs;
  Tensor start = pairs;
  dispatch_index(pairs, [&](auto key) {
    using Key = decltype(key);
    const Pairs<Key> list = as_pairs<Key>(pairs);
    const Selection runs = count_runs(TorchParallel{}, list);
    unique = new_pairs(pairs, runs.count());
    start = new_positions(pairs, runs.count() + 1);
    Key* first = write<Key>(unique);
    write_runs(TorchParallel{}, list, runs, first, first + runs.count(), write<int64_t>(start));
  });
  return {unique, start};
}

Tensor is_symmetric_cpu(const Tensor& pairs, int64_t limit, bool wide) {
  check_pairs(pairs);
  if (!wide) check_narrow(pairs.size(1), limit);
  bool symmetric = false;
  dispatch_index(pairs, [&](auto key) {
    using Key = decltype(key);
    check_keys<Key>(pairs, limit);
    const Pairs<Key> list = as_pairs<Key>(pairs);
    symmetric = wide ? is_symmetric<int64_t>(TorchParallel{}, list, limit)
                     : is_symmetric<int32_t>(TorchParallel{}, list, limit);
  });
  return new_bool(pairs, symmetric);
}

std::tuple<Tensor, Tensor, Tensor> split_loops_cpu(const Tensor& pairs, int64_t append, bool positions) {
  check_pairs(pairs);
  const bool wide = pairs.scalar_type() == ScalarType::Long;
  STD_TORCH_CHECK(append >= 0 && (wide || append <= INT32_MAX), "append must be a number of nodes");
  Tensor others = pairs;
  Tensor kept = pairs;
  Tensor loops = pairs;
  dispatch_index(pairs, [&](auto key) {
    using Key = decltype(key);
    const Pairs<Key> list = as_pairs<Key>(pairs);
    const Selection links = count_links(TorchParallel{}, list);
    others = new_pairs(pairs, links.count() + append);
    kept = new_positions(pairs, positions ? links.count() : 0);
    loops = new_positions(pairs, positions ? list.count - links.count() : 0);
    Key* first = write<Key>(others);
    Key* second = first + links.count() + append;
    write_links(TorchParallel{}, list, links, first, second, positions ? write<int64_t>(kept) : nullptr,
                positions ? write<int64_t>(loops) : nullptr);
    std::iota(first + links.count(), second, Key{0});
    std::iota(second + links.count(), second + links.count() + append, Key{0});
  });
  return {others, kept, loops};
}

Tensor has_loops_cpu(const Tensor& pairs) {
  check_pairs(pairs);
  bool found = false;
  dispatch_index(pairs, [&](auto key) { found = has_loops(TorchParallel{}, as_pairs<decltype(key)>(pairs)); });
  return new_bool(pairs, found);
}

Tensor count_linked_cpu(const Tensor& pairs, int64_t limit) {
  check_pairs(pairs);
  Tensor count = torch::stable::new_empty(pairs, {}, ScalarType::Long);
  dispatch_index(pairs, [&](auto key) {
    using Key = decltype(key);
    check_keys<Key>(pairs, limit);
    *write<int64_t>(count) = count_linked(TorchParallel{}, as_pairs<Key>(pairs), limit);
  });
  return count;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def("sort_pairs(Tensor pairs, int limit, bool by_second, bool mirrored, bool wide) -> (Tensor, Tensor)");
  m.def("is_sorted_pairs(Tensor pairs, bool by_second) -> Tensor");
  m.def("unique_pairs(Tensor pairs) -> (Tensor, Tensor)");
  m.def("is_symmetric(Tensor pairs, int limit, bool wide) -> Tensor");
  m.def("split_loops(Tensor pairs, int append, bool positions) -> (Tensor, Tensor, Tensor)");
  m.def("has_loops(Tensor pairs) -> Tensor");
  m.def("count_linked(Tensor pairs, int limit) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) {
  m.impl("sort_pairs", TORCH_BOX(&sort_pairs_cpu));
  m.impl("is_sorted_pairs", TORCH_BOX(&is_sorted_pairs_cpu));
  m.impl("unique_pairs", TORCH_BOX(&unique_pairs_cpu));
  m.impl("is_symmetric", TORCH_BOX(&is_symmetric_cpu));
  m.impl("split_loops", TORCH_BOX(&split_loops_cpu));
  m.impl("has_loops", TORCH_BOX(&has_loops_cpu));
  m.impl("count_linked", TORCH_BOX(&count_linked_cpu));
}

}  // namespace edgewise::adapter
