// pack.h against a loop over one entry at a time, on 1 to 4 threads.
#include <vector>

#include "../core/pack.h"
#include "check.h"

namespace {

using Items = std::vector<uint32_t>;

struct Example {
  std::vector<int64_t> offsets{0};
  int64_t width;
  Items rows;
  std::vector<int64_t> graphs{3, 0, 2, 2, 5, 1, 4, 6};
  Items shifts;
  std::vector<int64_t> ptr{0};

  explicit Example(int64_t columns) : width(columns) {
    for (const int64_t size : {3, 0, 1, 5, 2, 0, 900}) offsets.push_back(offsets.back() + size);
    for (int64_t n = 0; n < offsets.back() * width; ++n) rows.push_back(static_cast<uint32_t>(n * 7 + 1));
    for (size_t n = 0; n < graphs.size() * static_cast<size_t>(width); ++n) shifts.push_back(static_cast<uint32_t>(n));
    for (const int64_t graph : graphs) ptr.push_back(ptr.back() + offsets[at(graph) + 1] - offsets[at(graph)]);
  }

  static size_t at(int64_t position) { return static_cast<size_t>(position); }

  Items expected(bool shifted, bool flipped) const {
    Items out(at(ptr.back() * width));
    for (int64_t n = 0; n < static_cast<int64_t>(graphs.size()); ++n) {
      const int64_t first = offsets[at(graphs[at(n)])];
      for (int64_t r = 0; r < ptr[at(n + 1)] - ptr[at(n)]; ++r) {
        for (int64_t f = 0; f < width; ++f) {
          const int64_t row = ptr[at(n)] + r;
          const uint32_t value = rows[at((first + r) * width + f)] + (shifted ? shifts[at(n * width + f)] : 0);
          out[at(flipped ? f * ptr.back() + row : row * width + f)] = value;
        }
      }
    }
    return out;
  }

  Items packed(bool shifted, bool flipped, int64_t threads) const {
    Items out(at(ptr.back() * width), 99);
    const edgewise::Table<uint32_t> table{rows.data(), width, offsets.data()};
    const edgewise::Packed<uint32_t> packed{out.data(), ptr.data(), ptr.back(), flipped};
    edgewise::pack_rows(ThreadParallel{threads}, table, graphs.data(), static_cast<int64_t>(graphs.size()),
                        shifted ? shifts.data() : nullptr, packed);
    return out;
  }
};

}  // namespace

int main() {
  for (const int64_t width : {0, 1, 2, 9}) {
    const Example example(width);
    for (const bool shifted : {false, true}) {
      for (const bool flipped : {false, true}) {
        const Items expected = example.expected(shifted, flipped);
        for (int64_t threads = 1; threads <= 4; ++threads) CHECK(example.packed(shifted, flipped, threads) == expected);
      }
    }
  }
  return 0;
}
