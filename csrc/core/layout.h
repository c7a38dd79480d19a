// Where to draw each node: a force-directed layout. Springs along edges, repulsion between all nodes (Fruchterman &
// Reingold, Software: Practice and Experience 1991), far nodes taken together (quadtree.h), from a small graph to the
// whole one (Hu, Mathematica Journal 2005): a coarse graph unfolds where a large one would stay tangled.
//
// A node's force is summed by one thread in a fixed order and random numbers are a function of (seed, node), so the
// same seed gives the same bits on any number of threads.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "parallel.h"
#include "quadtree.h"
#include "random.h"

namespace edgewise::layout {

// Neighbours of each node, both directions of every edge, no loops. Lengths are in units of one edge at rest.
struct Graph {
  std::vector<int64_t> indptr;
  std::vector<int32_t> indices;

  int32_t size() const { return static_cast<int32_t>(indptr.size()) - 1; }
  int64_t begin(int32_t node) const { return indptr[static_cast<size_t>(node)]; }
  int64_t end(int32_t node) const { return indptr[static_cast<size_t>(node) + 1]; }
  int32_t neighbour(int64_t k) const { return indices[static_cast<size_t>(k)]; }
};

// A number in [-1, 1) that depends on the seed and the counter alone.
inline float random(uint64_t seed, uint64_t counter) {
  const uint64_t z = mix(seed * 0x9E3779B97F4A7C15ULL + counter * 0xD1B54A32D192ED03ULL + 0x632BE59BD9B4E019ULL);
  return static_cast<float>(z >> 40) / static_cast<float>(1 << 23) - 1.0F;
}

inline Point scatter(uint64_t seed, int32_t node, float radius) {
  const auto counter = 2 * static_cast<uint64_t>(node);
  return {radius * random(seed, counter), radius * random(seed, counter + 1)};
}

// Sorts a node's neighbours and drops loops and repetitions.
template <class Index>
Graph simplify(const int64_t* indptr, const Index* indices, int64_t num_nodes) {
  Graph graph;
  graph.indptr.assign(1, 0);
  for (int64_t node = 0; node < num_nodes; ++node) {
    const auto first = static_cast<std::ptrdiff_t>(graph.indices.size());
    for (int64_t k = indptr[node]; k < indptr[node + 1]; ++k) {
      if (indices[k] != node) graph.indices.push_back(static_cast<int32_t>(indices[k]));
    }
    std::sort(graph.indices.begin() + first, graph.indices.end());
    graph.indices.erase(std::unique(graph.indices.begin() + first, graph.indices.end()), graph.indices.end());
    graph.indptr.push_back(static_cast<int64_t>(graph.indices.size()));
  }
  return graph;
}

// Groups each node with a neighbour that is still free, the one of lowest degree; one that finds none joins a group.
inline std::vector<int32_t> group(const Graph& graph, int32_t& groups) {
  const auto degree = [&](int32_t node) { return graph.end(node) - graph.begin(node); };
  std::vector<int32_t> order(static_cast<size_t>(graph.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return degree(a) < degree(b); });
  std::vector<int32_t> member(order.size(), -1);
  groups = 0;
  for (const int32_t node : order) {
    if (member[static_cast<size_t>(node)] >= 0) continue;
    int32_t partner = -1;
    int32_t host = -1;
    for (int64_t k = graph.begin(node); k < graph.end(node); ++k) {
      const int32_t other = graph.neighbour(k);
      const int32_t taken = member[static_cast<size_t>(other)];
      if (taken >= 0) {
        host = taken;
      } else if (partner < 0 || degree(other) < degree(partner)) {
        partner = other;
      }
    }
    const int32_t own = partner < 0 && host >= 0 ? host : groups++;
    member[static_cast<size_t>(node)] = own;
    if (partner >= 0) member[static_cast<size_t>(partner)] = own;
  }
  return member;
}

// The graph of groups.
inline Graph contract(const Graph& graph, const std::vector<int32_t>& member, int32_t groups) {
  std::vector<int64_t> indptr(static_cast<size_t>(groups) + 1, 0);
  for (int32_t node = 0; node < graph.size(); ++node) {
    indptr[static_cast<size_t>(member[static_cast<size_t>(node)]) + 1] += graph.end(node) - graph.begin(node);
  }
  std::partial_sum(indptr.begin(), indptr.end(), indptr.begin());
  std::vector<int32_t> indices(graph.indices.size());
  std::vector<int64_t> next(indptr.begin(), indptr.end() - 1);
  for (int32_t node = 0; node < graph.size(); ++node) {
    int64_t& slot = next[static_cast<size_t>(member[static_cast<size_t>(node)])];
    for (int64_t k = graph.begin(node); k < graph.end(node); ++k) {
      indices[static_cast<size_t>(slot++)] = member[static_cast<size_t>(graph.neighbour(k))];
    }
  }
  return simplify(indptr.data(), indices.data(), groups);
}

inline void add_repulsion(const Quadtree& tree, const std::vector<Point>& at, int32_t node, Point& force) {
  constexpr float kNear = 1.0F;  // a cell narrower than its distance times this counts as one point
  constexpr float kSoft = 0.01F;
  const Point& p = at[static_cast<size_t>(node)];
  const auto& cells = tree.cells();
  for (int32_t i = 0; i < static_cast<int32_t>(cells.size());) {
    const Quadtree::Cell& cell = cells[static_cast<size_t>(i)];
    const float dx = p.x - cell.centre.x;
    const float dy = p.y - cell.centre.y;
    const float squared = dx * dx + dy * dy;
    if (cell.size * cell.size < kNear * kNear * squared) {
      const float strength = static_cast<float>(cell.last - cell.first) / squared;
      force = {force.x + dx * strength, force.y + dy * strength};
      i = cell.after;
    } else if (cell.is_leaf) {
      for (int32_t k = cell.first; k < cell.last; ++k) {
        const Point& q = at[static_cast<size_t>(tree.point(k))];
        const float strength = 1 / ((p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y) + kSoft);
        force = {force.x + (p.x - q.x) * strength, force.y + (p.y - q.y) * strength};
      }
      i = cell.after;
    } else {
      ++i;
    }
  }
}

inline Point force_on(const Graph& graph, const Quadtree& tree, const std::vector<Point>& at, int32_t node) {
  constexpr float kGravity = 0.4F;  // keeps parts that nothing connects in the picture
  const Point& p = at[static_cast<size_t>(node)];
  Point force{-kGravity * p.x, -kGravity * p.y};
  add_repulsion(tree, at, node, force);
  for (int64_t k = graph.begin(node); k < graph.end(node); ++k) {
    const Point& q = at[static_cast<size_t>(graph.neighbour(k))];
    const float length = std::sqrt((p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y));
    force = {force.x - (p.x - q.x) * length, force.y - (p.y - q.y) * length};
  }
  return force;
}

// Moves every node along its force by at most `step`, which shrinks to nothing.
template <class Parallel>
void relax(const Parallel& parallel, const Graph& graph, std::vector<Point>& at, int64_t iterations, float step) {
  // Several milliseconds of work: a step is short, and every step waits for the slowest thread, which on a busy machine
  // may not even be running. Below this a graph is faster on one thread at any load.
  constexpr int64_t kGrain = 4096;
  std::vector<Point> next(at.size());
  Quadtree tree;
  for (int64_t i = 0; i < iterations; ++i) {
    tree.build(at);
    const float limit = step * static_cast<float>(iterations - i) / static_cast<float>(iterations);
    parallel(0, graph.size(), kGrain, [&](int64_t low, int64_t high) {
      for (int64_t position = low; position < high; ++position) {
        const int32_t node =
            tree.point(static_cast<int32_t>(position));  // neighbours in the plane, one after the other
        const Point force = force_on(graph, tree, at, node);
        const float length = std::sqrt(force.x * force.x + force.y * force.y);
        const float scale = length > limit ? limit / length : 1.0F;
        const Point& p = at[static_cast<size_t>(node)];
        next[static_cast<size_t>(node)] = {p.x + scale * force.x, p.y + scale * force.y};
      }
    });
    at.swap(next);
  }
}

template <class Parallel>
std::vector<Point> arrange(const Parallel& parallel, const Graph& graph, uint64_t seed, int64_t iterations) {
  constexpr int32_t kSmall = 40;       // nodes that untangle from a random start
  constexpr float kWorthwhile = 0.9F;  // how much smaller a coarse graph must be
  const auto nodes = static_cast<float>(graph.size());
  std::vector<Point> at(static_cast<size_t>(graph.size()));
  int32_t groups = 0;
  const std::vector<int32_t> member = graph.size() > kSmall ? group(graph, groups) : std::vector<int32_t>{};
  if (member.empty() || static_cast<float>(groups) > kWorthwhile * nodes) {
    for (int32_t node = 0; node < graph.size(); ++node) {
      at[static_cast<size_t>(node)] = scatter(seed, node, std::sqrt(nodes));
    }
    relax(parallel, graph, at, 4 * iterations, 0.2F * std::sqrt(nodes));
    return at;
  }
  const std::vector<Point> coarse = arrange(parallel, contract(graph, member, groups), seed + 1, iterations);
  const float spread = std::sqrt(nodes / static_cast<float>(groups));
  for (int32_t node = 0; node < graph.size(); ++node) {
    const Point& centre = coarse[static_cast<size_t>(member[static_cast<size_t>(node)])];
    const Point aside = scatter(seed, node, 0.3F);
    at[static_cast<size_t>(node)] = {spread * centre.x + aside.x, spread * centre.y + aside.y};
  }
  relax(parallel, graph, at, iterations, 1.5F);
  return at;
}

// Shifts to the mean and scales so that the farthest coordinate is 1.
inline void normalize(std::vector<Point>& at) {
  double x = 0;
  double y = 0;
  for (const Point& p : at) {
    x += static_cast<double>(p.x) / static_cast<double>(at.size());
    y += static_cast<double>(p.y) / static_cast<double>(at.size());
  }
  float largest = 0;
  for (Point& p : at) {
    p = {p.x - static_cast<float>(x), p.y - static_cast<float>(y)};
    largest = std::max({largest, std::abs(p.x), std::abs(p.y)});
  }
  for (Point& p : at) p = largest > 0 ? Point{p.x / largest, p.y / largest} : p;
}

// Positions [num_nodes] for a symmetric adjacency (both directions of every edge).
template <class Index, class Parallel>
std::vector<Point> force_directed(const Parallel& parallel, const int64_t* indptr, const Index* indices,
                                  int64_t num_nodes, uint64_t seed, int64_t iterations) {
  std::vector<Point> at = arrange(parallel, simplify(indptr, indices, num_nodes), seed, iterations);
  normalize(at);
  return at;
}

}  // namespace edgewise::layout
