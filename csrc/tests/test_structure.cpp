// structure.h against plain loops over the pairs, on 1 to 4 threads.
#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "../core/structure.h"
#include "check.h"

namespace {

using edgewise::Pairs;
using edgewise::Selection;

template <class Key>
struct List {
  std::vector<Key> first;
  std::vector<Key> second;

  Pairs<Key> pairs(bool mirrored = false) const {
    return {first.data(), second.data(), static_cast<int64_t>(first.size()), mirrored};
  }
  void add(Key a, Key b) {
    first.push_back(a);
    second.push_back(b);
  }
  bool operator==(const List&) const = default;
};

template <class Key>
List<Key> random_list(int64_t count, int64_t limit, unsigned seed) {
  std::mt19937_64 random(seed);
  List<Key> list;
  const auto node = [&] { return static_cast<Key>(random() % static_cast<uint64_t>(limit)); };
  for (int64_t k = 0; k < count; ++k) {
    const Key a = node();
    list.add(a, k % 7 == 0 ? a : node());
  }
  return list;
}

template <class Key>
List<Key> with_opposites(List<Key> list) {
  for (size_t k = 0, count = list.first.size(); k < count; ++k) list.add(list.second[k], list.first[k]);
  return list;
}

template <class Index, class Key>
std::pair<List<Key>, std::vector<Index>> slow_sort(const List<Key>& list) {
  std::vector<Index> perm(list.first.size());
  std::iota(perm.begin(), perm.end(), Index{0});
  const auto at = [&](Index k) {
    return std::pair(list.first[static_cast<size_t>(k)], list.second[static_cast<size_t>(k)]);
  };
  std::stable_sort(perm.begin(), perm.end(), [&](Index a, Index b) { return at(a) < at(b); });
  List<Key> sorted;
  for (const Index k : perm) sorted.add(at(k).first, at(k).second);
  return {sorted, perm};
}

template <class Index, class Key>
void test_sort(int64_t count, int64_t limit, bool mirrored) {
  const List<Key> list = random_list<Key>(count, limit, 1);
  const auto [sorted, perm] = slow_sort<Index>(mirrored ? with_opposites(list) : list);
  for (int64_t threads = 1; threads <= 4; ++threads) {
    List<Key> out{std::vector<Key>(perm.size()), std::vector<Key>(perm.size())};
    std::vector<Index> places(perm.size());
    edgewise::sort_pairs(ThreadParallel{threads}, list.pairs(mirrored), limit, out.first.data(), out.second.data(),
                         places.data());
    CHECK(out == sorted);
    CHECK(places == perm);
    CHECK(edgewise::is_sorted_pairs(ThreadParallel{threads}, out.pairs()));
    const bool was_sorted = list == slow_sort<Index>(list).first;
    CHECK(edgewise::is_sorted_pairs(ThreadParallel{threads}, list.pairs()) == was_sorted);
  }
}

void test_runs(int64_t count, int64_t limit) {
  const List<int32_t> sorted = slow_sort<int32_t>(random_list<int32_t>(count, limit, 2)).first;
  List<int32_t> expected;
  std::vector<int64_t> starts;
  for (size_t k = 0; k < sorted.first.size(); ++k) {
    if (k > 0 && sorted.first[k] == sorted.first[k - 1] && sorted.second[k] == sorted.second[k - 1]) continue;
    expected.add(sorted.first[k], sorted.second[k]);
    starts.push_back(static_cast<int64_t>(k));
  }
  starts.push_back(count);
  for (int64_t threads = 1; threads <= 4; ++threads) {
    const ThreadParallel parallel{threads};
    const Selection runs = edgewise::count_runs(parallel, sorted.pairs());
    CHECK(runs.count() == static_cast<int64_t>(expected.first.size()));
    const auto size = static_cast<size_t>(runs.count());
    List<int32_t> out{std::vector<int32_t>(size), std::vector<int32_t>(size)};
    std::vector<int64_t> start(size + 1);
    edgewise::write_runs(parallel, sorted.pairs(), runs, out.first.data(), out.second.data(), start.data());
    CHECK(out == expected);
    CHECK(start == starts);
  }
}

template <class Key>
bool slow_symmetric(const List<Key>& list) {
  std::map<std::pair<Key, Key>, int64_t> balance;
  for (size_t k = 0; k < list.first.size(); ++k) {
    ++balance[{list.first[k], list.second[k]}];
    --balance[{list.second[k], list.first[k]}];
  }
  return std::all_of(balance.begin(), balance.end(), [](const auto& entry) { return entry.second == 0; });
}

void test_symmetry(int64_t count, int64_t limit) {
  const List<int64_t> directed = random_list<int64_t>(count, limit, 3);
  List<int64_t> both = with_opposites(directed);
  CHECK(slow_symmetric(both));
  List<int64_t> once_more = both;
  once_more.add(0, limit - 1);
  for (int64_t threads = 1; threads <= 4; ++threads) {
    for (const List<int64_t>& list : {directed, both, once_more}) {
      CHECK(edgewise::is_symmetric<int32_t>(ThreadParallel{threads}, list.pairs(), limit) == slow_symmetric(list));
      CHECK(edgewise::is_symmetric<int64_t>(ThreadParallel{threads}, list.pairs(), limit) == slow_symmetric(list));
    }
  }
}

void test_loops(int64_t count, int64_t limit) {
  const List<int64_t> list = random_list<int64_t>(count, limit, 4);
  List<int64_t> expected;
  std::vector<int64_t> kept;
  std::vector<int64_t> loops;
  for (size_t k = 0; k < list.first.size(); ++k) {
    const bool loop = list.first[k] == list.second[k];
    (loop ? loops : kept).push_back(static_cast<int64_t>(k));
    if (!loop) expected.add(list.first[k], list.second[k]);
  }
  for (int64_t threads = 1; threads <= 4; ++threads) {
    const ThreadParallel parallel{threads};
    const Selection links = edgewise::count_links(parallel, list.pairs());
    CHECK(links.count() == static_cast<int64_t>(kept.size()));
    List<int64_t> out{std::vector<int64_t>(kept.size()), std::vector<int64_t>(kept.size())};
    std::vector<int64_t> position(kept.size());
    std::vector<int64_t> loop(loops.size());
    edgewise::write_links(parallel, list.pairs(), links, out.first.data(), out.second.data(), position.data(),
                          loop.data());
    CHECK(out == expected && position == kept && loop == loops);
    edgewise::write_links(parallel, list.pairs(), links, out.first.data(), out.second.data(), nullptr, nullptr);
    CHECK(out == expected);
    CHECK(edgewise::has_loops(parallel, list.pairs()) == !loops.empty());
    CHECK(!edgewise::has_loops(parallel, expected.pairs()));
  }
}

void test_linked(int64_t count, int64_t limit) {
  const List<int32_t> list = random_list<int32_t>(count, limit, 5);
  std::set<int32_t> linked;
  for (size_t k = 0; k < list.first.size(); ++k) {
    if (list.first[k] != list.second[k]) linked.insert({list.first[k], list.second[k]});
  }
  for (int64_t threads = 1; threads <= 4; ++threads) {
    CHECK(edgewise::count_linked(ThreadParallel{threads}, list.pairs(), limit) == static_cast<int64_t>(linked.size()));
  }
}

template <class Key>
void test_range() {
  std::vector<Key> key(20000, Key{7});
  for (int64_t threads = 1; threads <= 4; ++threads) {
    CHECK(edgewise::all_in_range(ThreadParallel{threads}, key.data(), 20000, 8));
    CHECK(!edgewise::all_in_range(ThreadParallel{threads}, key.data(), 20000, 7));
    for (const Key wrong : {Key{-1}, Key{8}, std::numeric_limits<Key>::min(), std::numeric_limits<Key>::max()}) {
      for (const size_t place : {size_t{0}, size_t{9999}, size_t{19999}}) {
        key[place] = wrong;
        CHECK(!edgewise::all_in_range(ThreadParallel{threads}, key.data(), 20000, 8));
        key[place] = 7;
      }
    }
  }
}

}  // namespace

int main() {
  struct Shape {
    int64_t count;
    int64_t limit;
  };
  // No pairs; one; many equal ones; several parts and buckets; more nodes than pairs.
  for (const auto [count, limit] : {Shape{0, 1}, {1, 1}, {300, 3}, {40000, 5000}, {20000, 100000}}) {
    for (const bool mirrored : {false, true}) {
      test_sort<int32_t, int32_t>(count, limit, mirrored);
      test_sort<int32_t, int64_t>(count, limit, mirrored);
      test_sort<int64_t, int32_t>(count, limit, mirrored);
      test_sort<int64_t, int64_t>(count, limit, mirrored);
    }
    test_runs(count, limit);
    test_symmetry(count, limit);
    test_loops(count, limit);
    test_linked(count, limit);
  }
  test_sort<int32_t, int32_t>(500, std::numeric_limits<int32_t>::max(), false);
  test_sort<int64_t, int64_t>(20000, std::numeric_limits<int64_t>::max(), false);
  test_range<int32_t>();
  test_range<int64_t>();
}
