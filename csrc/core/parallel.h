// What a kernel asks of its threads. Every kernel is a template over `Parallel`:
//
//   parallel(begin, end, grain, body)   runs body(lo, hi) over disjoint ranges that cover [begin, end)
//   parallel.threads()                  how many may run at once
//
// A kernel's result never depends on how the range is cut.
#pragma once

#include <algorithm>
#include <cstdint>

namespace edgewise {

// Runs everything on the calling thread.
struct Serial {
  template <class Body>
  void operator()(int64_t begin, int64_t end, int64_t /*grain*/, const Body& body) const {
    if (begin < end) body(begin, end);
  }
  int64_t threads() const { return 1; }
};

// The first row whose work starts at or after `work`, where a row costs one unit plus one for each of its edges.
inline int64_t row_at_work(const int64_t* indptr, int64_t num_rows, int64_t work) {
  int64_t low = 0;
  int64_t high = num_rows;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (indptr[middle] + middle < work) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Cuts the rows of a compressed matrix so that each range holds about as many edges as any other.
// `width` is the number of features an edge touches; small work stays on the calling thread.
template <class Parallel, class Body>
void parallel_rows(const Parallel& parallel, const int64_t* indptr, int64_t num_rows, int64_t width, const Body& body) {
  constexpr int64_t kSmallWork = 32768;  // multiply-adds below which waking a thread costs more than it brings
  const int64_t total = indptr[num_rows] + num_rows;
  const int64_t grain = std::max<int64_t>(1, kSmallWork / std::max<int64_t>(1, width));
  parallel(0, total, grain, [&](int64_t low, int64_t high) {
    const int64_t first = row_at_work(indptr, num_rows, low);
    const int64_t last = high == total ? num_rows : row_at_work(indptr, num_rows, high);
    if (first < last) body(first, last);
  });
}

}  // namespace edgewise
