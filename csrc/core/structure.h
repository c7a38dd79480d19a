// Lists of pairs, the edges of a graph: sorting, merging, symmetry, self loops.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "clones.h"
#include "csr.h"
#include "pages.h"
#include "parallel.h"
#include "random.h"

namespace edgewise {

// Mirrored: the same pairs the other way round follow.
template <class Key>
struct Pairs {
  const Key* first;
  const Key* second;
  int64_t count;
  bool mirrored = false;

  int64_t size() const { return mirrored ? 2 * count : count; }
  Pairs swapped() const { return {second, first, count, mirrored}; }
};

template <class Key, class Body>
void for_pairs(const Pairs<Key>& pairs, int64_t low, int64_t high, const Body& body) {
  const int64_t middle = std::clamp(pairs.count, low, high);
  for (int64_t k = low; k < middle; ++k) body(pairs.first[k], pairs.second[k], k);
  for (int64_t k = middle; k < high; ++k) body(pairs.second[k - pairs.count], pairs.first[k - pairs.count], k);
}

// Whether holds(low, high) is true of every stretch of [0, count); what follows a false one may not be looked at.
template <class Parallel, class Holds>
bool holds_everywhere(const Parallel& parallel, int64_t count, const Holds& holds) {
  constexpr int64_t kStretch = 4096;
  std::atomic<bool> all{true};
  parallel(0, count, 4 * kStretch, [&](int64_t begin, int64_t end) {
    for (int64_t low = begin; low < end && all.load(std::memory_order_relaxed); low += kStretch) {
      if (!holds(low, std::min(low + kStretch, end))) all.store(false, std::memory_order_relaxed);
    }
  });
  return all.load();
}

template <class Key>
EDGEWISE_CLONES bool stretch_in_range(const Key* key, int64_t begin, int64_t end, int64_t limit) {
  bool within = true;
  for (int64_t k = begin; k < end; ++k) {
    within &= static_cast<uint64_t>(static_cast<int64_t>(key[k])) < static_cast<uint64_t>(limit);
  }
  return within;
}

template <class Key, class Parallel>
bool all_in_range(const Parallel& parallel, const Key* key, int64_t count, int64_t limit) {
  return holds_everywhere(parallel, count,
                          [&](int64_t low, int64_t high) { return stretch_in_range(key, low, high, limit); });
}

// Whether the pairs never decrease, compared by first, then second.
template <class Key, class Parallel>
bool is_sorted_pairs(const Parallel& parallel, const Pairs<Key>& pairs) {
  return holds_everywhere(parallel, std::max<int64_t>(0, pairs.count - 1), [&](int64_t low, int64_t high) {
    for (int64_t k = low; k < high; ++k) {
      const bool falls = pairs.first[k + 1] < pairs.first[k] ||
                         (pairs.first[k + 1] == pairs.first[k] && pairs.second[k + 1] < pairs.second[k]);
      if (falls) return false;
    }
    return true;
  });
}

template <class Index>
struct Item {
  Index first;
  Index second;
  Index position;
};

template <class Index>
std::unique_ptr<Item<Index>[]> new_items(int64_t count) {
  auto items = std::make_unique_for_overwrite<Item<Index>[]>(static_cast<size_t>(count));
  prefer_huge_pages(items.get(), static_cast<size_t>(count) * sizeof(Item<Index>));
  return items;
}

// Pairs grouped by the upper bits of first: each group is small enough to be sorted in cache.
template <class Index>
struct Buckets {
  std::vector<int64_t> start;  // [buckets + 1]
  std::unique_ptr<Item<Index>[]> items;
  int low_bits;     // of first, in which the pairs of a bucket differ
  int second_bits;  // as many as a second has

  int64_t count() const { return static_cast<int64_t>(start.size()) - 1; }
};

// How many bits the numbers in [0, limit) have.
inline int bits_below(int64_t limit) {
  return static_cast<int>(std::bit_width(static_cast<uint64_t>(std::max<int64_t>(limit, 1) - 1)));
}

// How many lower bits of first a bucket spans, so that it holds a few thousand pairs.
inline int bucket_bits(int64_t size, int64_t limit) {
  constexpr int64_t kPairs = 4096;
  constexpr int64_t kMost = 2048;  // places written to in turn
  return std::max(0, bits_below(limit) - bits_below(std::clamp<int64_t>(size / kPairs, 1, kMost)));
}

// Every key must lie in [0, limit).
template <class Index, class Key, class Parallel>
Buckets<Index> to_buckets(const Parallel& parallel, const Pairs<Key>& pairs, int64_t limit) {
  const int64_t size = pairs.size();
  const int shift = bucket_bits(size, limit);
  const int64_t buckets = ((std::max<int64_t>(limit, 1) - 1) >> shift) + 1;
  const auto bucket_of = [=](Key first) { return static_cast<int64_t>(first) >> shift; };
  const int64_t parts = sort_parts(size, buckets, parallel.threads());
  Buckets<Index> out{std::vector<int64_t>(static_cast<size_t>(buckets + 1)), new_items<Index>(size), shift,
                     bits_below(limit)};
  std::vector<int64_t> slot(static_cast<size_t>(parts * buckets), 0);

  parallel(0, parts, 1, [&](int64_t low, int64_t high) {
    for (int64_t part = low; part < high; ++part) {
      int64_t* count = slot.data() + part * buckets;
      for_pairs(pairs, size * part / parts, size * (part + 1) / parts,
                [&](Key first, Key, int64_t) { ++count[bucket_of(first)]; });
    }
  });
  counts_to_slots(slot, parts, buckets, out.start.data());
  parallel(0, parts, 1, [&](int64_t low, int64_t high) {
    for (int64_t part = low; part < high; ++part) {
      int64_t* next = slot.data() + part * buckets;
      for_pairs(pairs, size * part / parts, size * (part + 1) / parts, [&](Key first, Key second, int64_t k) {
        out.items[static_cast<size_t>(next[bucket_of(first)]++)] = {static_cast<Index>(first),
                                                                    static_cast<Index>(second), static_cast<Index>(k)};
      });
    }
  });
  return out;
}

// A stable radix sort by the lower `bits` of a field. What lies in `items` moves to and fro between the two buffers.
template <auto kField, class Index>
void sort_by(int bits, Item<Index>*& items, Item<Index>*& other, int64_t count) {
  constexpr int kDigit = 11;
  const int passes = (bits + kDigit - 1) / kDigit;
  for (int pass = 0; pass < passes; ++pass) {
    const int low = bits * pass / passes;
    const size_t values = size_t{1} << (bits * (pass + 1) / passes - low);
    const auto digit = [=](const Item<Index>& item) { return static_cast<size_t>(item.*kField >> low) & (values - 1); };
    std::array<int64_t, size_t{1} << kDigit> place;
    std::fill_n(place.begin(), values, 0);
    for (int64_t k = 0; k < count; ++k) ++place[digit(items[k])];
    if (place[digit(items[0])] == count) continue;
    int64_t running = 0;
    for (size_t value = 0; value < values; ++value) running += std::exchange(place[value], running);
    for (int64_t k = 0; k < count; ++k) other[place[digit(items[k])]++] = items[k];
    std::swap(items, other);
  }
}

// Returns where the sorted pairs of the bucket lie: in place, or at the same place in `scratch`.
template <class Index>
const Item<Index>* sort_bucket(const Buckets<Index>& buckets, int64_t bucket, Item<Index>* scratch) {
  const int64_t start = buckets.start[static_cast<size_t>(bucket)];
  const int64_t count = buckets.start[static_cast<size_t>(bucket + 1)] - start;
  Item<Index>* items = buckets.items.get() + start;
  Item<Index>* other = scratch + start;
  if (count > 1) {
    sort_by<&Item<Index>::second>(buckets.second_bits, items, other, count);
    sort_by<&Item<Index>::first>(buckets.low_bits, items, other, count);
  }
  return items;
}

// Sorts pairs by first, then second, equal ones in the caller's order: radix sort, the upper bits of first at first.
//   first, second [size]   the sorted pairs
//   perm [size]            the caller's position of each
// Every key must lie in [0, limit). Index must hold limit and size.
template <class Index, class Key, class Parallel>
void sort_pairs(const Parallel& parallel, const Pairs<Key>& pairs, int64_t limit, Key* first, Key* second,
                Index* perm) {
  const Buckets<Index> buckets = to_buckets<Index>(parallel, pairs, limit);
  const auto scratch = new_items<Index>(pairs.size());
  parallel_rows(parallel, buckets.start.data(), buckets.count(), 1, [&](int64_t low, int64_t high) {
    for (int64_t bucket = low; bucket < high; ++bucket) {
      const Item<Index>* item = sort_bucket(buckets, bucket, scratch.get());
      const int64_t end = buckets.start[static_cast<size_t>(bucket + 1)];
      for (int64_t k = buckets.start[static_cast<size_t>(bucket)]; k < end; ++k, ++item) {
        first[k] = static_cast<Key>(item->first);
        second[k] = static_cast<Key>(item->second);
        perm[k] = item->position;
      }
    }
  });
}

// A sum over the pairs that no order changes, and that is 0 if every pair has its opposite.
template <class Key, class Parallel>
uint64_t asymmetry(const Parallel& parallel, const Pairs<Key>& pairs) {
  const auto hash = [](Key a, Key b) {
    return mix(static_cast<uint64_t>(a) * 0x9E3779B97F4A7C15ULL + static_cast<uint64_t>(b));
  };
  std::atomic<uint64_t> total{0};
  parallel(0, pairs.count, 16384, [&](int64_t low, int64_t high) {
    uint64_t sum = 0;
    for (int64_t k = low; k < high; ++k) {
      sum += hash(pairs.first[k], pairs.second[k]) - hash(pairs.second[k], pairs.first[k]);
    }
    total.fetch_add(sum, std::memory_order_relaxed);
  });
  return total.load();
}

// Whether every pair occurs as often as its opposite. A directed graph nearly always shows in one pass over its edges.
template <class Index, class Key, class Parallel>
bool is_symmetric(const Parallel& parallel, const Pairs<Key>& pairs, int64_t limit) {
  if (asymmetry(parallel, pairs) != 0) return false;
  const Buckets<Index> forth = to_buckets<Index>(parallel, pairs, limit);
  const Buckets<Index> back = to_buckets<Index>(parallel, pairs.swapped(), limit);
  if (forth.start != back.start) return false;
  const auto scratch = new_items<Index>(pairs.count);
  const auto back_scratch = new_items<Index>(pairs.count);
  std::atomic<bool> equal{true};
  parallel_rows(parallel, forth.start.data(), forth.count(), 1, [&](int64_t low, int64_t high) {
    for (int64_t bucket = low; bucket < high && equal.load(std::memory_order_relaxed); ++bucket) {
      const Item<Index>* item = sort_bucket(forth, bucket, scratch.get());
      const Item<Index>* end =
          item + (forth.start[static_cast<size_t>(bucket + 1)] - forth.start[static_cast<size_t>(bucket)]);
      const auto same = [](const Item<Index>& a, const Item<Index>& b) {
        return a.first == b.first && a.second == b.second;
      };
      if (!std::equal(item, end, sort_bucket(back, bucket, back_scratch.get()), same)) {
        equal.store(false, std::memory_order_relaxed);
      }
    }
  });
  return equal.load();
}

// Which of [0, count) are wanted, in order, found in two passes: counted, then written.
struct Selection {
  int64_t parts;
  std::vector<int64_t> start;  // [parts + 1]: how many are wanted before each part

  int64_t count() const { return start.back(); }
};

// wanted_in(low, high): how many there are.
template <class Parallel, class Count>
Selection count_selected(const Parallel& parallel, int64_t count, const Count& wanted_in) {
  const int64_t parts = sort_parts(count, 1, parallel.threads());
  Selection out{parts, std::vector<int64_t>(static_cast<size_t>(parts + 1), 0)};
  parallel(0, parts, 1, [&](int64_t low, int64_t high) {
    for (int64_t part = low; part < high; ++part) {
      out.start[static_cast<size_t>(part + 1)] = wanted_in(count * part / parts, count * (part + 1) / parts);
    }
  });
  for (size_t part = 1; part < out.start.size(); ++part) out.start[part] += out.start[part - 1];
  return out;
}

// write(low, high, place): writes those of [low, high) from `place` on.
template <class Parallel, class Write>
void write_selected(const Parallel& parallel, int64_t count, const Selection& selection, const Write& write) {
  parallel(0, selection.parts, 1, [&](int64_t low, int64_t high) {
    for (int64_t part = low; part < high; ++part) {
      write(count * part / selection.parts, count * (part + 1) / selection.parts,
            selection.start[static_cast<size_t>(part)]);
    }
  });
}

// Whether a sorted pair differs from the one before.
template <class Key>
bool starts_run(const Pairs<Key>& pairs, int64_t k) {
  return k == 0 || pairs.first[k] != pairs.first[k - 1] || pairs.second[k] != pairs.second[k - 1];
}

template <class Key, class Parallel>
Selection count_runs(const Parallel& parallel, const Pairs<Key>& pairs) {
  return count_selected(parallel, pairs.count, [&](int64_t low, int64_t high) {
    int64_t runs = 0;
    for (int64_t k = low; k < high; ++k) runs += starts_run(pairs, k);
    return runs;
  });
}

//   first, second [runs]   each different pair once
//   start [runs + 1]       where its run starts
template <class Key, class Parallel>
void write_runs(const Parallel& parallel, const Pairs<Key>& pairs, const Selection& runs, Key* first, Key* second,
                int64_t* start) {
  write_selected(parallel, pairs.count, runs, [&](int64_t low, int64_t high, int64_t place) {
    for (int64_t k = low; k < high; ++k) {
      if (!starts_run(pairs, k)) continue;
      first[place] = pairs.first[k];
      second[place] = pairs.second[k];
      start[place++] = k;
    }
  });
  start[runs.count()] = pairs.count;
}

template <class Key>
EDGEWISE_CLONES int64_t stretch_loops(const Key* first, const Key* second, int64_t begin, int64_t end) {
  int64_t loops = 0;
  for (int64_t k = begin; k < end; ++k) loops += first[k] == second[k] ? 1 : 0;
  return loops;
}

template <class Key, class Parallel>
bool has_loops(const Parallel& parallel, const Pairs<Key>& pairs) {
  return !holds_everywhere(parallel, pairs.count, [&](int64_t low, int64_t high) {
    return stretch_loops(pairs.first, pairs.second, low, high) == 0;
  });
}

// Selects the pairs of two different nodes.
template <class Key, class Parallel>
Selection count_links(const Parallel& parallel, const Pairs<Key>& pairs) {
  return count_selected(parallel, pairs.count, [&](int64_t low, int64_t high) {
    return high - low - stretch_loops(pairs.first, pairs.second, low, high);
  });
}

//   first, second [links]      pairs of two different nodes
//   position [links]           and where they stood; may be absent, and so may
//   loop [count - links]       where the others stood
template <class Key, class Parallel>
void write_links(const Parallel& parallel, const Pairs<Key>& pairs, const Selection& links, Key* first, Key* second,
                 int64_t* position, int64_t* loop) {
  write_selected(parallel, pairs.count, links, [&](int64_t low, int64_t high, int64_t place) {
    for (int64_t k = low; k < high; ++k) {
      if (pairs.first[k] == pairs.second[k]) {
        if (loop) loop[k - place] = k;
        continue;
      }
      first[place] = pairs.first[k];
      second[place] = pairs.second[k];
      if (position) position[place] = k;
      ++place;
    }
  });
}

// How many of the nodes below `limit` have an edge to another node. Every key must lie in [0, limit).
template <class Key, class Parallel>
int64_t count_linked(const Parallel& parallel, const Pairs<Key>& pairs, int64_t limit) {
  std::vector<uint8_t> linked(static_cast<size_t>(limit), 0);
  const auto mark = [&](Key node) {
    std::atomic_ref<uint8_t>(linked[static_cast<size_t>(node)]).store(1, std::memory_order_relaxed);
  };
  parallel(0, pairs.count, 16384, [&](int64_t low, int64_t high) {
    for (int64_t k = low; k < high; ++k) {
      if (pairs.first[k] == pairs.second[k]) continue;
      mark(pairs.first[k]);
      mark(pairs.second[k]);
    }
  });
  return std::count(linked.begin(), linked.end(), uint8_t{1});
}

}  // namespace edgewise
