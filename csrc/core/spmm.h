// Gather and reduce in one pass:  out[i] = diagonal[i] x[i] + reduce over edges k of row i of  weight[k] x[indices[k]].
//
// A row is reduced by one thread, edge by edge in their order, so the bits do not depend on the number of threads.
// Features are cut into tiles whose accumulators live in vector registers; no edge-sized tensor is ever made.
#pragma once

#include <cstdint>
#include <limits>

#include "clones.h"
#include "matrix.h"
#include "parallel.h"

namespace edgewise {

struct Sum {
  template <class Scalar>
  static constexpr Scalar start() {
    return Scalar(0);
  }
  template <class Scalar>
  [[gnu::always_inline]] static Scalar combine(Scalar so_far, Scalar value) {
    return so_far + value;
  }
  template <class Scalar>
  [[gnu::always_inline]] static Scalar finish(Scalar total, int64_t /*edges*/) {
    return total;
  }
};

struct Mean : Sum {
  template <class Scalar>
  [[gnu::always_inline]] static Scalar finish(Scalar total, int64_t edges) {
    return edges > 0 ? total / static_cast<Scalar>(edges) : total;
  }
};

// The comparison with itself lets a NaN through and keeps it, as torch does. An empty row is zero, as PyG has it.
struct Max {
  template <class Scalar>
  static constexpr Scalar start() {
    return -std::numeric_limits<Scalar>::infinity();
  }
  template <class Scalar>
  [[gnu::always_inline]] static Scalar combine(Scalar so_far, Scalar value) {
    return (value > so_far || value != value) ? value : so_far;
  }
  template <class Scalar>
  [[gnu::always_inline]] static Scalar finish(Scalar best, int64_t edges) {
    return edges > 0 ? best : Scalar(0);
  }
};

struct Min {
  template <class Scalar>
  static constexpr Scalar start() {
    return std::numeric_limits<Scalar>::infinity();
  }
  template <class Scalar>
  [[gnu::always_inline]] static Scalar combine(Scalar so_far, Scalar value) {
    return (value < so_far || value != value) ? value : so_far;
  }
  template <class Scalar>
  [[gnu::always_inline]] static Scalar finish(Scalar best, int64_t edges) {
    return edges > 0 ? best : Scalar(0);
  }
};

constexpr int64_t kPrefetchEdges = 12;  // how many edges ahead a feature row is fetched

template <class Scalar>
[[gnu::always_inline]] inline void prefetch_row(const Scalar* row, int64_t count) {
  constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(Scalar));
  for (int64_t f = 0; f < count; f += kLine) __builtin_prefetch(row + f);
}

// `kWidth` features of one row; kWidth is a constant so that the accumulators become registers. Of the last few
// features, for which there is no constant, only `used` are there.
template <int kWidth, bool kPartial, class Reduce, bool kWeighted, class Scalar, class Index>
[[gnu::always_inline]] inline void reduce_tile(const Csr<Scalar, Index>& a, const Scalar* diagonal, const Scalar* x,
                                               Scalar* out, int64_t width, int64_t row, int64_t first,
                                               int64_t used = kWidth) {
  const int64_t begin = a.indptr[row];
  const int64_t end = a.indptr[row + 1];
  const int64_t last_edge = a.indptr[a.num_rows];
  using Wide = Accumulator<Scalar>;
  const int64_t count = kPartial ? used : kWidth;
  Wide total[kWidth];
  for (int64_t f = 0; f < count; ++f) {
    total[f] = diagonal ? widen(diagonal[row]) * widen(x[row * width + first + f]) : Reduce::template start<Wide>();
  }
  for (int64_t k = begin; k < end; ++k) {
    if (k + kPrefetchEdges < last_edge) {
      prefetch_row(x + static_cast<int64_t>(a.indices[k + kPrefetchEdges]) * width + first, count);
    }
    const Scalar* source = x + static_cast<int64_t>(a.indices[k]) * width + first;
    const Wide value = kWeighted ? a.value(k) : Wide(1);
    const auto add = [&](int64_t f) {
      total[f] = Reduce::combine(total[f], kWeighted ? value * widen(source[f]) : widen(source[f]));
    };
    if constexpr (kPartial) {
      EDGEWISE_KEEP_LOOP
      for (int64_t f = 0; f < count; ++f) add(f);
    } else {
      for (int64_t f = 0; f < kWidth; ++f) add(f);
    }
  }
  Scalar* target = out + row * width + first;
  for (int64_t f = 0; f < count; ++f) target[f] = static_cast<Scalar>(Reduce::finish(total[f], end - begin));
}

template <class Reduce, bool kWeighted, class Scalar, class Index>
EDGEWISE_CLONES bool spmm_rows(const Csr<Scalar, Index>& a, const Scalar* diagonal, const Scalar* x, Scalar* out,
                               int64_t width, int64_t row_begin, int64_t row_end) {
  constexpr int kWide = 512 / static_cast<int>(sizeof(Accumulator<Scalar>));
  for (int64_t row = row_begin; row < row_end; ++row) {
    if (!a.row_is_valid(row)) return false;
    int64_t f = 0;
    for (; f + kWide <= width; f += kWide) {
      reduce_tile<kWide, false, Reduce, kWeighted>(a, diagonal, x, out, width, row, f);
    }
    for (; f + kWide / 2 <= width; f += kWide / 2) {
      reduce_tile<kWide / 2, false, Reduce, kWeighted>(a, diagonal, x, out, width, row, f);
    }
    if (f < width) {
      reduce_tile<kWide / 2, true, Reduce, kWeighted>(a, diagonal, x, out, width, row, f, width - f);
    }
  }
  return true;
}

// `diagonal` (may be null) is allowed with Sum alone. False: the matrix is broken and nothing outside it was read.
template <class Reduce, class Scalar, class Index, class Parallel>
bool spmm(const Parallel& parallel, const Csr<Scalar, Index>& a, const Scalar* diagonal, const Scalar* x, Scalar* out,
          int64_t width) {
  return parallel_valid_rows(parallel, a, width, [&](int64_t low, int64_t high) {
    return a.weight ? spmm_rows<Reduce, true>(a, diagonal, x, out, width, low, high)
                    : spmm_rows<Reduce, false>(a, diagonal, x, out, width, low, high);
  });
}

}  // namespace edgewise
