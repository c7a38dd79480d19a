// Edges in any order -> rows sorted by key: a stable counting sort, in parallel.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "parallel.h"

namespace edgewise {

template <class Key>
bool is_sorted(const Key* key, int64_t num_edges) {
  return std::is_sorted(key, key + num_edges);
}

// Into how many parts the edges are cut: each needs a table of one counter a row, so never more than pays.
inline int64_t sort_parts(int64_t num_edges, int64_t num_rows, int64_t threads) {
  constexpr int64_t kSmallPart = 16384;
  const int64_t worthwhile = num_edges / std::max<int64_t>(kSmallPart, num_rows);
  return std::clamp<int64_t>(worthwhile, 1, std::max<int64_t>(1, threads));
}

// Turns counts [parts, rows] into the slot at which each part starts to write each row; fills indptr.
inline void counts_to_slots(std::vector<int64_t>& count, int64_t parts, int64_t num_rows, int64_t* indptr) {
  int64_t running = 0;
  for (int64_t row = 0; row < num_rows; ++row) {
    indptr[row] = running;
    for (int64_t part = 0; part < parts; ++part) {
      int64_t& slot = count[static_cast<size_t>(part * num_rows + row)];
      const int64_t edges = slot;
      slot = running;
      running += edges;
    }
  }
  indptr[num_rows] = running;
}

// Groups edges by `key` (the row of each edge), keeping the caller's order within a row.
//   indptr [num_rows + 1]   where each row starts
//   indices [num_edges]     `other` of each edge, grouped
//   perm [num_edges]        the caller's position of each grouped edge
// Every key must lie in [0, num_rows). A stable sort has one answer, so the number of parts cannot show.
template <class Key, class Index, class Parallel>
void sort_edges(const Parallel& parallel, const Key* key, const Key* other, int64_t num_edges, int64_t num_rows,
                int64_t* indptr, Index* indices, Index* perm) {
  const int64_t parts = sort_parts(num_edges, num_rows, parallel.threads());
  std::vector<int64_t> slot(static_cast<size_t>(parts * num_rows), 0);
  const auto edges_of = [&](int64_t part) { return num_edges * part / parts; };

  parallel(0, parts, 1, [&](int64_t low, int64_t high) {
    for (int64_t part = low; part < high; ++part) {
      int64_t* count = slot.data() + part * num_rows;
      for (int64_t e = edges_of(part); e < edges_of(part + 1); ++e) ++count[key[e]];
    }
  });

  counts_to_slots(slot, parts, num_rows, indptr);

  parallel(0, parts, 1, [&](int64_t low, int64_t high) {
    for (int64_t part = low; part < high; ++part) {
      int64_t* next = slot.data() + part * num_rows;
      for (int64_t e = edges_of(part); e < edges_of(part + 1); ++e) {
        const int64_t position = next[key[e]]++;
        indices[position] = static_cast<Index>(other[e]);
        perm[position] = static_cast<Index>(e);
      }
    }
  });
}

}  // namespace edgewise
