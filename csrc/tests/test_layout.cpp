// layout.h and quadtree.h: odd graphs, the same bits on any number of threads, neighbours near each other.
#include "../core/layout.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "check.h"

namespace {

using edgewise::Point;

struct Edges {
  std::vector<int64_t> indptr;
  std::vector<int32_t> indices;
};

// A square grid, both directions of every edge.
Edges grid(int32_t side) {
  Edges edges{{0}, {}};
  for (int32_t y = 0; y < side; ++y) {
    for (int32_t x = 0; x < side; ++x) {
      if (y > 0) edges.indices.push_back((y - 1) * side + x);
      if (x > 0) edges.indices.push_back(y * side + x - 1);
      if (x + 1 < side) edges.indices.push_back(y * side + x + 1);
      if (y + 1 < side) edges.indices.push_back((y + 1) * side + x);
      edges.indptr.push_back(static_cast<int64_t>(edges.indices.size()));
    }
  }
  return edges;
}

template <class Parallel>
std::vector<Point> place(const Parallel& parallel, const Edges& edges, uint64_t seed = 0) {
  return edgewise::layout::force_directed(parallel, edges.indptr.data(), edges.indices.data(),
                                          static_cast<int64_t>(edges.indptr.size()) - 1, seed, 20);
}

float distance(const Point& a, const Point& b) { return std::hypot(a.x - b.x, a.y - b.y); }

void test_same_bits_on_any_number_of_threads() {
  const Edges edges = grid(20);
  const auto once = place(edgewise::Serial{}, edges);
  for (int64_t threads = 2; threads <= 4; ++threads) {
    const auto again = place(ThreadParallel{threads}, edges);
    CHECK(std::memcmp(once.data(), again.data(), once.size() * sizeof(Point)) == 0);
  }
  const auto other = place(edgewise::Serial{}, edges, 1);
  CHECK(std::memcmp(once.data(), other.data(), once.size() * sizeof(Point)) != 0);
}

void test_neighbours_are_near() {
  const Edges edges = grid(12);
  const auto at = place(ThreadParallel{2}, edges);
  float near = 0;
  for (size_t node = 0; node < at.size(); ++node) {
    for (int64_t k = edges.indptr[node]; k < edges.indptr[node + 1]; ++k) {
      near += distance(at[node], at[static_cast<size_t>(edges.indices[static_cast<size_t>(k)])]);
    }
  }
  float all = 0;
  for (const Point& a : at) {
    for (const Point& b : at) all += distance(a, b);
  }
  const float mean_edge = near / static_cast<float>(edges.indices.size());
  CHECK(mean_edge < 0.35F * all / static_cast<float>(at.size() * at.size()));
}

void test_odd_graphs() {
  CHECK(place(edgewise::Serial{}, {{0}, {}}).empty());
  const auto one = place(edgewise::Serial{}, {{0, 0}, {}});
  CHECK(one.size() == 1 && one[0].x == 0 && one[0].y == 0);
  const Edges isolated{std::vector<int64_t>(101, 0), {}};
  const Edges loops_and_repetitions{{0, 3, 6}, {0, 1, 1, 0, 0, 1}};
  for (const Edges& edges : {isolated, loops_and_repetitions}) {
    for (const Point& p : place(ThreadParallel{3}, edges)) CHECK(std::isfinite(p.x) && std::isfinite(p.y));
  }
}

void test_quadtree_holds_every_point_once() {
  std::vector<Point> points;
  for (int32_t i = 0; i < 500; ++i) points.push_back(edgewise::layout::scatter(3, i / 2, 5.0F));  // pairs coincide
  edgewise::Quadtree tree;
  tree.build(points);
  std::vector<int> seen(points.size(), 0);
  for (const auto& cell : tree.cells()) {
    if (!cell.is_leaf) continue;
    for (int32_t k = cell.first; k < cell.last; ++k) ++seen[static_cast<size_t>(tree.point(k))];
  }
  for (const int times : seen) CHECK(times == 1);
}

}  // namespace

int main() {
  test_same_bits_on_any_number_of_threads();
  test_neighbours_are_near();
  test_odd_graphs();
  test_quadtree_holds_every_point_once();
}
