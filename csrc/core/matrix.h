// The compressed sparse matrix that kernels read, and the check that keeps them inside it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <type_traits>

#include "parallel.h"
#include "scalar.h"

namespace edgewise {

// A sparse matrix by rows, with one optional value an edge. `perm` says where, among `num_values`, the caller keeps the
// value of an edge; without it values are in row order.
template <class Scalar, class Index>
struct Csr {
  const int64_t* indptr;
  const Index* indices;
  const Index* perm;
  const Scalar* weight;
  int64_t num_rows;
  int64_t num_cols;
  int64_t num_edges;
  int64_t num_values;

  [[gnu::always_inline]] int64_t edge(int64_t k) const { return perm ? static_cast<int64_t>(perm[k]) : k; }
  [[gnu::always_inline]] Accumulator<Scalar> value(int64_t k) const {
    return weight ? widen(weight[edge(k)]) : Accumulator<Scalar>(1);
  }

  // Whether every read that this row leads to stays inside. One vectorised pass over indices that are needed anyway.
  [[gnu::always_inline]] bool row_is_valid(int64_t row) const {
    const int64_t begin = indptr[row];
    const int64_t end = indptr[row + 1];
    if (begin < 0 || begin > end || end > num_edges) return false;
    using Unsigned = std::make_unsigned_t<Index>;  // a negative index is a very large one
    Unsigned column = 0;
    Unsigned position = 0;
    for (int64_t k = begin; k < end; ++k) column = std::max(column, static_cast<Unsigned>(indices[k]));
    if (perm) {
      for (int64_t k = begin; k < end; ++k) position = std::max(position, static_cast<Unsigned>(perm[k]));
    }
    return begin == end || (column < static_cast<uint64_t>(num_cols) && position < static_cast<uint64_t>(num_values));
  }
};

// parallel_rows over a matrix that may be broken: `body(lo, hi)` answers whether its rows were valid.
template <class Scalar, class Index, class Parallel, class Body>
bool parallel_valid_rows(const Parallel& parallel, const Csr<Scalar, Index>& a, int64_t width, const Body& body) {
  if (a.indptr[0] != 0 || a.indptr[a.num_rows] != a.num_edges) return false;
  std::atomic<bool> valid{true};
  parallel_rows(parallel, a.indptr, a.num_rows, width, [&](int64_t low, int64_t high) {
    if (!body(low, high)) valid.store(false, std::memory_order_relaxed);
  });
  return valid.load();
}

}  // namespace edgewise
