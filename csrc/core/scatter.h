// out[index[k]] += rows[k], in the order of k: what a gather's backward pass does, for a part of the edges.
#pragma once

#include <algorithm>
#include <cstdint>

#include "clones.h"
#include "parallel.h"
#include "scalar.h"

namespace edgewise {

template <class Scalar, class Index>
EDGEWISE_CLONES void add_columns(const Scalar* rows, const Index* index, int64_t count, Scalar* out, int64_t width,
                                 int64_t first, int64_t last) {
  for (int64_t k = 0; k < count; ++k) {
    Scalar* to = out + static_cast<int64_t>(index[k]) * width;
    const Scalar* from = rows + k * width;
    for (int64_t f = first; f < last; ++f) to[f] = static_cast<Scalar>(widen(to[f]) + widen(from[f]));
  }
}

// Threads share the columns, so that every number is added up in one order and no two threads meet.
template <class Scalar, class Index, class Parallel>
void add_rows(const Parallel& parallel, const Scalar* rows, const Index* index, int64_t count, Scalar* out,
              int64_t width) {
  constexpr int64_t kTile = 16;  // a cache line of float
  constexpr int64_t kSmallWork = 16384;
  const int64_t tiles = (width + kTile - 1) / kTile;
  const int64_t grain = std::max<int64_t>(1, kSmallWork / std::max<int64_t>(1, count * kTile));
  parallel(0, tiles, grain, [&](int64_t low, int64_t high) {
    add_columns(rows, index, count, out, width, low * kTile, std::min(width, high * kTile));
  });
}

}  // namespace edgewise
