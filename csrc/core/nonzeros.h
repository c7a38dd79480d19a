// The entries of a dense matrix that are not zero, as the rows of a sparse one: count, then write.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "clones.h"
#include "parallel.h"
#include "scalar.h"

namespace edgewise {

template <class Scalar>
EDGEWISE_CLONES void count_nonzeros_rows(const Scalar* x, int64_t width, int64_t* count, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const Scalar* values = x + row * width;
    int32_t found = 0;
    for (int64_t f = 0; f < width; ++f) found += widen(values[f]) != Accumulator<Scalar>(0) ? 1 : 0;
    count[row] = found;
  }
}

// indptr [rows + 1]: where the entries of each row start. `width` must be below 2^31.
template <class Scalar, class Parallel>
void count_nonzeros(const Parallel& parallel, const Scalar* x, int64_t rows, int64_t width, int64_t* indptr) {
  const int64_t grain = std::max<int64_t>(1, 65536 / std::max<int64_t>(1, width));
  parallel(0, rows, grain, [&](int64_t low, int64_t high) { count_nonzeros_rows(x, width, indptr + 1, low, high); });
  indptr[0] = 0;
  for (int64_t row = 0; row < rows; ++row) indptr[row + 1] += indptr[row];
}

// False: x has changed since it was counted, and nothing was written outside of what was counted.
template <class Scalar, class Parallel>
bool write_nonzeros(const Parallel& parallel, const Scalar* x, int64_t rows, int64_t width, const int64_t* indptr,
                    int32_t* indices, Scalar* values) {
  const int64_t grain = std::max<int64_t>(1, 65536 / std::max<int64_t>(1, width));
  std::atomic<bool> unchanged{true};
  parallel(0, rows, grain, [&](int64_t low, int64_t high) {
    for (int64_t row = low; row < high; ++row) {
      int64_t place = indptr[row];
      const int64_t end = indptr[row + 1];
      const Scalar* from = x + row * width;
      for (int64_t f = 0; f < width; ++f) {
        if (widen(from[f]) == Accumulator<Scalar>(0)) continue;
        if (place == end) {
          unchanged.store(false, std::memory_order_relaxed);
          break;
        }
        indices[place] = static_cast<int32_t>(f);
        values[place++] = from[f];
      }
      if (place != end) unchanged.store(false, std::memory_order_relaxed);
    }
  });
  return unchanged.load();
}

}  // namespace edgewise
