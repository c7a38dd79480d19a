// Points in the plane as a quadtree, for forces that fade with distance (Barnes & Hut, Nature 1986).
//
// Built over points sorted along a Z-order curve, so that a cell is a range of points and the whole tree one flat array
// in depth-first order: a visit needs no stack, only the index at which the next sibling stands.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "parallel.h"

namespace edgewise {

struct Point {
  float x;
  float y;
};

class Quadtree {
 public:
  struct Cell {
    Point centre;   // mean of its points
    float size;     // length of its side
    int32_t first;  // its points stand at [first, last) of order()
    int32_t last;
    int32_t after;  // the next cell that is not inside this one
    bool is_leaf;
  };

  void build(const std::vector<Point>& points) {
    const auto count = static_cast<int32_t>(points.size());
    bounds(points);
    keys_.resize(points.size());
    for (int32_t i = 0; i < count; ++i) keys_[static_cast<size_t>(i)] = {code(points[static_cast<size_t>(i)]), i};
    std::sort(keys_.begin(), keys_.end());  // ties by index: one order only
    cells_.clear();
    if (count > 0) add(points, 0, count, 0);
  }

  const std::vector<Cell>& cells() const { return cells_; }
  int32_t point(int32_t position) const { return keys_[static_cast<size_t>(position)].second; }

 private:
  static constexpr int kDepth = 15;        // bits of a coordinate
  static constexpr int32_t kLeafSize = 8;  // below this, points are compared one by one

  void bounds(const std::vector<Point>& points) {
    low_ = points.empty() ? Point{0, 0} : points[0];
    Point high = low_;
    for (const Point& p : points) {
      low_ = {std::min(low_.x, p.x), std::min(low_.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    side_ = std::max({high.x - low_.x, high.y - low_.y, 1e-6F}) * 1.0001F;
  }

  static uint32_t spread(uint32_t bits) {  // abc -> a0b0c
    bits = (bits | (bits << 8)) & 0x00FF00FFU;
    bits = (bits | (bits << 4)) & 0x0F0F0F0FU;
    bits = (bits | (bits << 2)) & 0x33333333U;
    return (bits | (bits << 1)) & 0x55555555U;
  }

  uint32_t code(const Point& p) const {
    constexpr float kCells = 1 << kDepth;
    const auto column = static_cast<uint32_t>((p.x - low_.x) / side_ * kCells);
    const auto row = static_cast<uint32_t>((p.y - low_.y) / side_ * kCells);
    return spread(column) | (spread(row) << 1);
  }

  // Adds the cell of points [first, last) and everything inside it.
  void add(const std::vector<Point>& points, int32_t first, int32_t last, int depth) {
    const size_t at = cells_.size();
    Point sum{0, 0};
    for (int32_t i = first; i < last; ++i) {
      const Point& p = points[static_cast<size_t>(point(i))];
      sum = {sum.x + p.x, sum.y + p.y};
    }
    const auto count = static_cast<float>(last - first);
    const bool is_leaf = last - first <= kLeafSize || depth == kDepth;
    const float size = side_ / static_cast<float>(1 << depth);
    cells_.push_back({{sum.x / count, sum.y / count}, size, first, last, 0, is_leaf});
    if (!is_leaf) {
      const int shift = 2 * (kDepth - 1 - depth);
      int32_t begin = first;
      while (begin < last) {
        const uint32_t quarter = keys_[static_cast<size_t>(begin)].first >> shift;
        int32_t end = begin + 1;
        while (end < last && keys_[static_cast<size_t>(end)].first >> shift == quarter) ++end;
        add(points, begin, end, depth + 1);
        begin = end;
      }
    }
    cells_[at].after = static_cast<int32_t>(cells_.size());
  }

  Point low_{0, 0};
  float side_ = 1;
  std::vector<std::pair<uint32_t, int32_t>> keys_;
  std::vector<Cell> cells_;
};

}  // namespace edgewise
