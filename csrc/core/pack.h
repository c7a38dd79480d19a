// The rows of chosen graphs, one graph after another: a batch out of a table that holds the rows of all graphs.
#pragma once

#include <cstdint>
#include <cstring>

#include "parallel.h"

namespace edgewise {

// The rows of all graphs [rows, width]; graph g has the rows offsets[g] to offsets[g + 1].
template <class Item>
struct Table {
  const Item* rows;
  int64_t width;
  const int64_t* offsets;
};

// Where the rows go: [total, width], or [width, total] where flipped; chosen graph n gets the rows ptr[n] to ptr[n +
// 1].
template <class Item>
struct Packed {
  Item* rows;
  const int64_t* ptr;
  int64_t total;
  bool flipped;
};

template <class Item>
void pack_graph(const Table<Item>& table, int64_t graph, const Item* shift, const Packed<Item>& out, int64_t begin) {
  const int64_t count = table.offsets[graph + 1] - table.offsets[graph];
  const int64_t width = table.width;
  const Item* from = table.rows + table.offsets[graph] * width;
  if (!out.flipped && !shift) {
    if (count * width > 0)
      std::memcpy(out.rows + begin * width, from, static_cast<size_t>(count * width) * sizeof(Item));
    return;
  }
  if (out.flipped && width == 2) {  // an edge_index: both ends in one pass
    Item* first = out.rows + begin;
    Item* second = first + out.total;
    const Item add[2] = {shift ? shift[0] : Item(0), shift ? shift[1] : Item(0)};
    for (int64_t r = 0; r < count; ++r) {
      first[r] = static_cast<Item>(from[2 * r] + add[0]);
      second[r] = static_cast<Item>(from[2 * r + 1] + add[1]);
    }
    return;
  }
  const int64_t along_row = out.flipped ? 1 : width;
  const int64_t along_column = out.flipped ? out.total : 1;
  for (int64_t f = 0; f < width; ++f) {
    const Item add = shift ? shift[f] : Item(0);
    Item* to = out.rows + begin * along_row + f * along_column;
    for (int64_t r = 0; r < count; ++r) to[r * along_row] = static_cast<Item>(from[r * width + f] + add);
  }
}

// `shifts` [count, width] is added to the rows of each chosen graph; null for nothing.
template <class Item, class Parallel>
void pack_rows(const Parallel& parallel, const Table<Item>& table, const int64_t* graphs, int64_t count,
               const Item* shifts, const Packed<Item>& out) {
  parallel_rows(parallel, out.ptr, count, table.width, [&](int64_t first, int64_t last) {
    for (int64_t n = first; n < last; ++n) {
      pack_graph(table, graphs[n], shifts ? shifts + n * table.width : nullptr, out, out.ptr[n]);
    }
  });
}

}  // namespace edgewise
