// One number an edge from the two rows at its ends:  out[edge] = sum over f of a[row, f] b[column, f].
// It is the gradient of spmm's edge weights.
#pragma once

#include <cstdint>

#include "clones.h"
#include "matrix.h"
#include "parallel.h"
#include "spmm.h"

namespace edgewise {

// Sixteen partial sums in a fixed order: vector registers, and the same bits on any number of threads.
template <class Scalar>
[[gnu::always_inline]] inline Accumulator<Scalar> dot(const Scalar* a, const Scalar* b, int64_t width) {
  constexpr int kLanes = 16;
  Accumulator<Scalar> lane[kLanes] = {};
  int64_t f = 0;
  for (; f + kLanes <= width; f += kLanes) {
    EDGEWISE_KEEP_LOOP
    for (int l = 0; l < kLanes; ++l) lane[l] += widen(a[f + l]) * widen(b[f + l]);
  }
  for (int l = 0; f < width; ++f, ++l) lane[l] += widen(a[f]) * widen(b[f]);
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int l = 0; l < half; ++l) lane[l] += lane[l + half];
  }
  return lane[0];
}

template <class Scalar, class Index>
EDGEWISE_CLONES bool sddmm_rows(const Csr<Scalar, Index>& pattern, const Scalar* a, const Scalar* b, Scalar* out,
                                int64_t width, int64_t row_begin, int64_t row_end) {
  const int64_t last_edge = pattern.indptr[pattern.num_rows];
  for (int64_t row = row_begin; row < row_end; ++row) {
    if (!pattern.row_is_valid(row)) return false;
    for (int64_t k = pattern.indptr[row]; k < pattern.indptr[row + 1]; ++k) {
      if (k + kPrefetchEdges < last_edge) {
        prefetch_row(b + static_cast<int64_t>(pattern.indices[k + kPrefetchEdges]) * width, width);
      }
      const Scalar* other = b + static_cast<int64_t>(pattern.indices[k]) * width;
      out[pattern.edge(k)] = static_cast<Scalar>(dot(a + row * width, other, width));
    }
  }
  return true;
}

// `out` is written in the caller's edge order where the pattern has a perm.
template <class Scalar, class Index, class Parallel>
bool sddmm(const Parallel& parallel, const Csr<Scalar, Index>& pattern, const Scalar* a, const Scalar* b, Scalar* out,
           int64_t width) {
  return parallel_valid_rows(parallel, pattern, width, [&](int64_t low, int64_t high) {
    return sddmm_rows(pattern, a, b, out, width, low, high);
  });
}

}  // namespace edgewise
