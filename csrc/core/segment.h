// Reductions over segments, the rows of `src` that belong together: forward and backward of each, in passes over one
// segment at a time.
//
// A segment is reduced by one thread, member by member in the caller's order, so the bits do not depend on the number
// of threads. Features are cut into tiles whose statistics live in registers; a backward pass computes them again
// rather than keep them, so nothing is made besides the result.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>

#include "clones.h"
#include "exp.h"
#include "parallel.h"
#include "scalar.h"
#include "spmm.h"

namespace edgewise {

// Which rows belong together: the members of segment i are named by position[indptr[i]:indptr[i + 1]], or are those
// rows themselves. Positions have one of two types at run time: twice the loops would not be faster.
struct Segments {
  const int64_t* indptr;
  const int32_t* narrow;
  const int64_t* wide;
  int64_t num_segments;
  int64_t num_members;
  int64_t num_values;  // how many rows the caller keeps

  [[gnu::always_inline]] int64_t position(int64_t k) const {
    return narrow ? static_cast<int64_t>(narrow[k]) : wide ? wide[k] : k;
  }

  // Whether every member of this segment has a row.
  [[gnu::always_inline]] bool is_valid(int64_t segment) const {
    const int64_t begin = indptr[segment];
    const int64_t end = indptr[segment + 1];
    if (begin < 0 || begin > end || end > num_members) return false;
    uint64_t last = 0;  // a negative position is a very large one
    if (narrow || wide) {
      for (int64_t k = begin; k < end; ++k) last = std::max(last, static_cast<uint64_t>(position(k)));
    }
    return begin == end || last < static_cast<uint64_t>(num_values);
  }
};

// What a kernel over segments reads and writes. A row of a member stands at its position in the caller's order.
template <class Scalar>
struct SegmentData {
  const Scalar* src;   // a row a member
  const Scalar* grad;  // of the result; null in a forward pass
  Scalar* out;         // a row a segment, or a row a member where the operator says so
  int64_t width;
};

// Some features of one segment.
template <class Scalar>
struct SegmentTile {
  const Segments& segments;
  const SegmentData<Scalar>& data;
  int64_t segment;
  int64_t first;

  [[gnu::always_inline]] int64_t begin() const { return segments.indptr[segment]; }
  [[gnu::always_inline]] int64_t end() const { return segments.indptr[segment + 1]; }
  [[gnu::always_inline]] int64_t members() const { return end() - begin(); }
  [[gnu::always_inline]] int64_t of_segment() const { return segment * data.width + first; }
  [[gnu::always_inline]] int64_t of_member(int64_t k) const { return segments.position(k) * data.width + first; }

  // The features of a member, in the first of several passes: later ones find them in the cache.
  template <int kWidth>
  [[gnu::always_inline]] const Scalar* fetch(const Scalar* from, int64_t k) const {
    if (k + kPrefetchEdges < segments.num_members) prefetch_row(from + of_member(k + kPrefetchEdges), kWidth);
    return from + of_member(k);
  }
};

struct Product {
  template <class Scalar>
  static constexpr Scalar start() {
    return Scalar(1);
  }
  template <class Scalar>
  [[gnu::always_inline]] static Scalar combine(Scalar so_far, Scalar value) {
    return so_far * value;
  }
  template <class Scalar>
  [[gnu::always_inline]] static Scalar finish(Scalar total, int64_t /*members*/) {
    return total;
  }
};

// Before `finish`.
template <class Reduce, int kWidth, class Scalar>
[[gnu::always_inline]] inline void fold(const SegmentTile<Scalar>& tile, Accumulator<Scalar>* total) {
  for (int f = 0; f < kWidth; ++f) total[f] = Reduce::template start<Accumulator<Scalar>>();
  for (int64_t k = tile.begin(); k < tile.end(); ++k) {
    const Scalar* x = tile.template fetch<kWidth>(tile.data.src, k);
    if constexpr (kWidth > 16) {  // is not peeled early, and should be unrolled late
      for (int f = 0; f < kWidth; ++f) total[f] = Reduce::combine(total[f], widen(x[f]));
    } else {
      EDGEWISE_KEEP_LOOP
      for (int f = 0; f < kWidth; ++f) total[f] = Reduce::combine(total[f], widen(x[f]));
    }
  }
}

// Every operator says how wide its tiles are at most: 64 features are fewer passes over the positions, 16 stay in
// registers.

// sum, mean, min, max and product.
template <class Reduce>
struct Fold {
  static constexpr int kWidest = 64;
  template <int kWidth, class Scalar>
  [[gnu::always_inline]] static void run(const SegmentTile<Scalar>& tile) {
    Accumulator<Scalar> total[kWidth];
    fold<Reduce, kWidth>(tile, total);
    Scalar* out = tile.data.out + tile.of_segment();
    for (int f = 0; f < kWidth; ++f) out[f] = static_cast<Scalar>(Reduce::finish(total[f], tile.members()));
  }
};

// The transpose of sum and mean: every member gets grad[i], or grad[i] / members.
template <class Reduce>
struct Spread {
  static constexpr int kWidest = 16;
  template <int kWidth, class Scalar>
  [[gnu::always_inline]] static void run(const SegmentTile<Scalar>& tile) {
    const Scalar* grad = tile.data.grad + tile.of_segment();
    Scalar share[kWidth];
    for (int f = 0; f < kWidth; ++f) share[f] = static_cast<Scalar>(Reduce::finish(widen(grad[f]), tile.members()));
    for (int64_t k = tile.begin(); k < tile.end(); ++k) {
      Scalar* out = tile.data.out + tile.of_member(k);
      for (int f = 0; f < kWidth; ++f) out[f] = share[f];
    }
  }
};

// Members that tie for a minimum or maximum share its gradient equally, as torch's amax and amin do.
template <class Reduce>
struct ExtremeGrad {
  static constexpr int kWidest = 16;
  template <int kWidth, class Scalar>
  [[gnu::always_inline]] static void run(const SegmentTile<Scalar>& tile) {
    using Wide = Accumulator<Scalar>;
    Wide best[kWidth];
    fold<Reduce, kWidth>(tile, best);
    Wide share[kWidth] = {};
    for (int64_t k = tile.begin(); k < tile.end(); ++k) {
      const Scalar* x = tile.data.src + tile.of_member(k);
      EDGEWISE_KEEP_LOOP
      for (int f = 0; f < kWidth; ++f) share[f] += widen(x[f]) == best[f] ? Wide(1) : Wide(0);
    }
    const Scalar* grad = tile.data.grad + tile.of_segment();
    for (int f = 0; f < kWidth; ++f) share[f] = widen(grad[f]) / share[f];
    for (int64_t k = tile.begin(); k < tile.end(); ++k) {
      const Scalar* x = tile.data.src + tile.of_member(k);
      Scalar* out = tile.data.out + tile.of_member(k);
      EDGEWISE_KEEP_LOOP
      for (int f = 0; f < kWidth; ++f) out[f] = static_cast<Scalar>(widen(x[f]) == best[f] ? share[f] : Wide(0));
    }
  }
};

// The product of all others. Where a factor is 0 it cannot be divided out: a single 0 gets the product of the rest, and
// two leave nothing for anybody. In double, so that a product may leave the range of the others for a while.
struct ProductGrad {
  static constexpr int kWidest = 16;
  template <int kWidth, class Scalar>
  [[gnu::always_inline]] static void run(const SegmentTile<Scalar>& tile) {
    double product[kWidth];
    double zeros[kWidth] = {};
    for (int f = 0; f < kWidth; ++f) product[f] = 1;
    for (int64_t k = tile.begin(); k < tile.end(); ++k) {
      const Scalar* x = tile.template fetch<kWidth>(tile.data.src, k);
      for (int f = 0; f < kWidth; ++f) {
        const double value = static_cast<double>(widen(x[f]));
        product[f] *= value == 0 ? 1 : value;
        zeros[f] += value == 0 ? 1 : 0;
      }
    }
    const Scalar* grad = tile.data.grad + tile.of_segment();
    for (int f = 0; f < kWidth; ++f) product[f] *= static_cast<double>(widen(grad[f]));
    for (int64_t k = tile.begin(); k < tile.end(); ++k) {
      const Scalar* x = tile.data.src + tile.of_member(k);
      Scalar* out = tile.data.out + tile.of_member(k);
      for (int f = 0; f < kWidth; ++f) {
        const double value = static_cast<double>(widen(x[f]));
        const double other_zeros = zeros[f] - (value == 0 ? 1 : 0);
        const double others = other_zeros == 0 ? product[f] / (value == 0 ? 1 : value) : 0;
        out[f] = static_cast<Scalar>(static_cast<Accumulator<Scalar>>(others));
      }
    }
  }
};

template <int kWidth, class Scalar>
[[gnu::always_inline]] inline void mean_of(const SegmentTile<Scalar>& tile, Accumulator<Scalar>* mean) {
  fold<Mean, kWidth>(tile, mean);
  for (int f = 0; f < kWidth; ++f) mean[f] = Mean::finish(mean[f], tile.members());
}

// In a pass after the mean is known: the difference of mean square and squared mean cancels.
template <int kWidth, class Scalar>
[[gnu::always_inline]] inline void variance_of(const SegmentTile<Scalar>& tile, const Accumulator<Scalar>* mean,
                                               Accumulator<Scalar>* variance) {
  for (int f = 0; f < kWidth; ++f) variance[f] = Accumulator<Scalar>(0);
  for (int64_t k = tile.begin(); k < tile.end(); ++k) {
    const Scalar* x = tile.data.src + tile.of_member(k);
    for (int f = 0; f < kWidth; ++f) variance[f] += (widen(x[f]) - mean[f]) * (widen(x[f]) - mean[f]);
  }
  for (int f = 0; f < kWidth; ++f) variance[f] = Mean::finish(variance[f], tile.members());
}

// PyG's: up to this variance the deviation is 0, and has no gradient.
template <class Wide>
[[gnu::always_inline]] inline Wide deviation(Wide variance) {
  constexpr Wide kLeast = Wide(1e-5);
  return variance <= kLeast ? Wide(0) : std::sqrt(variance);
}

// Variance, or its root.
struct Variance {
  static constexpr int kWidest = 16;
  bool root;

  template <int kWidth, class Scalar>
  [[gnu::always_inline]] void run(const SegmentTile<Scalar>& tile) {
    Accumulator<Scalar> mean[kWidth];
    Accumulator<Scalar> variance[kWidth];
    mean_of<kWidth>(tile, mean);
    variance_of<kWidth>(tile, mean, variance);
    Scalar* out = tile.data.out + tile.of_segment();
    for (int f = 0; f < kWidth; ++f) out[f] = static_cast<Scalar>(root ? deviation(variance[f]) : variance[f]);
  }
};

// variance: grad[i] 2 (x - mean) / members; deviation: that, divided by twice the deviation.
struct VarianceGrad {
  static constexpr int kWidest = 16;
  bool root;

  template <int kWidth, class Scalar>
  [[gnu::always_inline]] void run(const SegmentTile<Scalar>& tile) {
    using Wide = Accumulator<Scalar>;
    Wide mean[kWidth];
    Wide factor[kWidth] = {};
    mean_of<kWidth>(tile, mean);
    if (root) variance_of<kWidth>(tile, mean, factor);
    const Scalar* grad = tile.data.grad + tile.of_segment();
    for (int f = 0; f < kWidth; ++f) {
      const Wide share = Mean::finish(widen(grad[f]), tile.members());
      const Wide below = root ? deviation(factor[f]) : Wide(0.5);
      factor[f] = below == Wide(0) ? Wide(0) : share / below;
    }
    for (int64_t k = tile.begin(); k < tile.end(); ++k) {
      const Scalar* x = tile.data.src + tile.of_member(k);
      Scalar* out = tile.data.out + tile.of_member(k);
      for (int f = 0; f < kWidth; ++f) out[f] = static_cast<Scalar>(factor[f] * (widen(x[f]) - mean[f]));
    }
  }
};

// The exponentials of a segment, taken together for a block of members: with one feature, too, they are vectors.
template <int kWidth, class Scalar>
struct Exponentials {
  using Wide = Accumulator<Scalar>;
  static constexpr int64_t kMembers = 1024 / kWidth;

  const SegmentTile<Scalar>& tile;
  Wide best[kWidth];   // the running maximum
  Wide shift[kWidth];  // what is subtracted: the maximum where it is finite, as in torch
  Wide sum[kWidth];
  Wide value[kMembers * kWidth];

  [[gnu::always_inline]] explicit Exponentials(const SegmentTile<Scalar>& of) : tile(of) {
    for (int f = 0; f < kWidth; ++f) {
      best[f] = -std::numeric_limits<Wide>::infinity();
      shift[f] = Wide(0);
      sum[f] = Wide(0);
    }
    // Online (Milakov & Gimelshein 2018): what was summed so far shrinks when a larger number comes.
    for (int64_t block = tile.begin(); block < tile.end(); block += kMembers) {
      load(block);
      raise(count(block));
      take(count(block));
      for (int64_t b = 0; b < count(block); ++b) {
        for (int f = 0; f < kWidth; ++f) sum[f] += value[b * kWidth + f];
      }
    }
  }

  [[gnu::always_inline]] int64_t count(int64_t block) const { return std::min(kMembers, tile.end() - block); }

  [[gnu::always_inline]] void load(int64_t block) {
    for (int64_t b = 0; b < count(block); ++b) {
      const Scalar* x = tile.template fetch<kWidth>(tile.data.src, block + b);
      for (int f = 0; f < kWidth; ++f) value[b * kWidth + f] = widen(x[f]);
    }
  }

  [[gnu::always_inline]] void raise(int64_t members) {
    Wide larger[kWidth];
    for (int f = 0; f < kWidth; ++f) larger[f] = best[f];
    for (int64_t b = 0; b < members; ++b) {
      for (int f = 0; f < kWidth; ++f) larger[f] = std::max(larger[f], value[b * kWidth + f]);
    }
    for (int f = 0; f < kWidth; ++f) {
      constexpr Wide kInfinity = std::numeric_limits<Wide>::infinity();
      shift[f] = larger[f] == kInfinity || larger[f] == -kInfinity ? Wide(0) : larger[f];
      sum[f] *= exponential(best[f] - shift[f]);
      best[f] = larger[f];
    }
  }

  [[gnu::always_inline]] void take(int64_t members) {
    for (int64_t b = 0; b < members; ++b) {
      for (int f = 0; f < kWidth; ++f) value[b * kWidth + f] -= shift[f];
    }
    for (int64_t n = 0; n < members * kWidth; ++n) value[n] = exponential(value[n]);
  }

  // Writes scale[f] exp(x - shift) for every member; those of a single block are still at hand.
  [[gnu::always_inline]] void write(const Wide* scale) {
    for (int64_t block = tile.begin(); block < tile.end(); block += kMembers) {
      if (tile.members() > kMembers) {
        load(block);
        take(count(block));
      }
      for (int64_t b = 0; b < count(block); ++b) {
        Scalar* out = tile.data.out + tile.of_member(block + b);
        for (int f = 0; f < kWidth; ++f) out[f] = static_cast<Scalar>(scale[f] * value[b * kWidth + f]);
      }
    }
  }
};

struct LogSumExp {
  static constexpr int kWidest = 16;
  template <int kWidth, class Scalar>
  [[gnu::always_inline]] static void run(const SegmentTile<Scalar>& tile) {
    const Exponentials<kWidth, Scalar> exps(tile);
    Scalar* out = tile.data.out + tile.of_segment();
    for (int f = 0; f < kWidth; ++f) out[f] = static_cast<Scalar>(exps.shift[f] + std::log(exps.sum[f]));
  }
};

// A row a member. With a gradient grad[i] softmax(x): that of logsumexp, where a segment of -inf alone has none.
struct Softmax {
  static constexpr int kWidest = 16;
  template <int kWidth, class Scalar>
  [[gnu::always_inline]] static void run(const SegmentTile<Scalar>& tile) {
    using Wide = Accumulator<Scalar>;
    Exponentials<kWidth, Scalar> exps(tile);
    Wide scale[kWidth];
    for (int f = 0; f < kWidth; ++f) scale[f] = Wide(1) / exps.sum[f];
    if (tile.data.grad) {
      const Scalar* grad = tile.data.grad + tile.of_segment();
      for (int f = 0; f < kWidth; ++f) scale[f] = exps.sum[f] == Wide(0) ? Wide(0) : widen(grad[f]) * scale[f];
    }
    exps.write(scale);
  }
};

// y (grad - sum of y grad), where `src` is the softmax y itself and `grad` has a row a member.
struct SoftmaxGrad {
  static constexpr int kWidest = 64;
  template <int kWidth, class Scalar>
  [[gnu::always_inline]] static void run(const SegmentTile<Scalar>& tile) {
    Accumulator<Scalar> dot[kWidth] = {};
    for (int64_t k = tile.begin(); k < tile.end(); ++k) {
      const Scalar* y = tile.template fetch<kWidth>(tile.data.src, k);
      const Scalar* grad = tile.template fetch<kWidth>(tile.data.grad, k);
      EDGEWISE_KEEP_LOOP
      for (int f = 0; f < kWidth; ++f) dot[f] += widen(y[f]) * widen(grad[f]);
    }
    for (int64_t k = tile.begin(); k < tile.end(); ++k) {
      const int64_t at = tile.of_member(k);
      EDGEWISE_KEEP_LOOP
      for (int f = 0; f < kWidth; ++f) {
        const Accumulator<Scalar> y = widen(tile.data.src[at + f]);
        tile.data.out[at + f] = static_cast<Scalar>(y * (widen(tile.data.grad[at + f]) - dot[f]));
      }
    }
  }
};

template <class Operator, class Scalar>
EDGEWISE_CLONES bool segment_rows(Operator op, const Segments& segments, const SegmentData<Scalar>& data, int64_t begin,
                                  int64_t end) {
  constexpr int kWidest = Operator::kWidest;
  for (int64_t i = begin; i < end; ++i) {
    if (!segments.is_valid(i)) return false;
    int64_t f = 0;
    for (; f + kWidest <= data.width; f += kWidest) op.template run<kWidest>(SegmentTile<Scalar>{segments, data, i, f});
    for (; f + 16 <= data.width; f += 16) op.template run<16>(SegmentTile<Scalar>{segments, data, i, f});
    for (; f + 4 <= data.width; f += 4) op.template run<4>(SegmentTile<Scalar>{segments, data, i, f});
    for (; f < data.width; ++f) op.template run<1>(SegmentTile<Scalar>{segments, data, i, f});
  }
  return true;
}

// False: the segments are broken, and nothing outside of the tensors was touched.
template <class Operator, class Scalar, class Parallel>
bool segment(const Parallel& parallel, Operator op, const Segments& segments, const SegmentData<Scalar>& data) {
  if (segments.indptr[0] != 0 || segments.indptr[segments.num_segments] != segments.num_members) return false;
  std::atomic<bool> valid{true};
  parallel_rows(parallel, segments.indptr, segments.num_segments, data.width, [&](int64_t low, int64_t high) {
    if (!segment_rows(op, segments, data, low, high)) valid.store(false, std::memory_order_relaxed);
  });
  return valid.load();
}

}  // namespace edgewise
