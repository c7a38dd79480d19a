// Attention over the edges of a graph: scores, softmax and weighted sum in one pass over the edges of each destination.
//
//   out[i, h] = sum over edges k : j -> i of  softmax_k(score[k, h]) dropout[k, h] value[j, h]
//
// The softmax is computed online (Milakov & Gimelshein 2018): a running maximum and sum, rescaled when a larger score
// comes. Only those two are kept; the backward pass computes every score again. It goes over sources first, where
// gradients of keys and values add up, then over destinations for those of queries. No tensor of edges x heads x
// channels is ever made, except as the gradient of edge features that have that shape themselves.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <vector>

#include "attention_scores.h"
#include "clones.h"
#include "exp.h"
#include "matrix.h"
#include "parallel.h"
#include "random.h"
#include "spmm.h"

namespace edgewise {

constexpr int64_t kScoreBlock = 32;  // edges whose scores are computed, and exponentials taken, together

// 0 where the weight of an edge is dropped, else what keeps the expectation.
template <class Wide>
[[gnu::always_inline]] inline Wide keep(const Dropout& dropout, const RandomRow& random, int64_t h) {
  if (!dropout.is_active()) return Wide(1);
  return random(static_cast<uint32_t>(h)) < dropout.threshold ? Wide(0) : static_cast<Wide>(dropout.scale);
}

// Features of one head, of what an edge carries: its source's value, and its own where the score says so.
template <class Score, class Scalar>
struct Carried {
  using Wide = Accumulator<Scalar>;
  const Scalar* value;
  const Scalar* edge;
  int64_t begin;
  int64_t end;

  [[gnu::always_inline]] Carried(const AttentionInput<Scalar>& in, Ends at, int64_t h)
      : value(in.value + at.source * in.width()),
        edge(Score::kEdgeHasValue && in.edge ? in.edge + at.edge * in.width() : nullptr),
        begin(h * in.channels),
        end(begin + in.channels) {}

  [[gnu::always_inline]] void add_to(Wide* total, Wide weight) const {
    add_weighted(value, begin, end, weight, total);
    if (edge) add_weighted(edge, begin, end, weight, total);
  }

  [[gnu::always_inline]] Wide dot(const Scalar* other) const {
    const auto along = [&](const Scalar* row) {
      return sum_features<Wide>(begin, end, [&](int64_t f) { return widen(other[f]) * widen(row[f]); });
    };
    return edge ? along(value) + along(edge) : along(value);
  }
};

template <class Score, class Scalar, class Index>
EDGEWISE_CLONES bool attention_rows(const Csr<Scalar, Index>& a, const AttentionInput<Scalar>& in, Scalar* out,
                                    Accumulator<Scalar>* row_max, Accumulator<Scalar>* row_sum, int64_t row_begin,
                                    int64_t row_end) {
  using Wide = Accumulator<Scalar>;
  const int64_t heads = in.heads;
  const int64_t channels = in.channels;
  const int64_t width = in.width();
  const int64_t key_width = Score::kPerHead ? heads : width;
  const int64_t last_edge = a.indptr[a.num_rows];
  std::vector<Wide> scores(static_cast<size_t>(kScoreBlock * heads));
  std::vector<Wide> totals(static_cast<size_t>(width));
  Wide* const score = scores.data();
  Wide* const total = totals.data();
  for (int64_t row = row_begin; row < row_end; ++row) {
    if (!a.row_is_valid(row)) return false;
    Wide* best = row_max + row * heads;
    Wide* sum = row_sum + row * heads;
    std::fill_n(best, heads, -std::numeric_limits<Wide>::infinity());
    std::fill_n(sum, heads, Wide(0));
    std::fill_n(total, width, Wide(0));
    const int64_t end = a.indptr[row + 1];
    for (int64_t first = a.indptr[row]; first < end; first += kScoreBlock) {
      const int64_t count = std::min(kScoreBlock, end - first);
      for (int64_t b = 0; b < count; ++b) {
        if (const int64_t ahead = first + b + kPrefetchEdges; ahead < last_edge) {
          prefetch_row(in.key + static_cast<int64_t>(a.indices[ahead]) * key_width, key_width);
        }
        const Ends at{row, static_cast<int64_t>(a.indices[first + b]), a.edge(first + b)};
        for (int64_t h = 0; h < heads; ++h) score[b * heads + h] = Score::score(in, at, h);
      }
      for (int64_t h = 0; h < heads; ++h) {
        Wide larger = best[h];
        for (int64_t b = 0; b < count; ++b) larger = std::max(larger, score[b * heads + h]);
        if (larger > best[h]) {
          const Wide shrink = exponential(best[h] - larger);
          sum[h] *= shrink;
          for (int64_t c = 0; c < channels; ++c) total[h * channels + c] *= shrink;
          best[h] = larger;
        }
        for (int64_t b = 0; b < count; ++b) score[b * heads + h] -= best[h];
      }
      for (int64_t n = 0; n < count * heads; ++n) score[n] = exponential(score[n]);
      for (int64_t b = 0; b < count; ++b) {
        // Not beside the keys: rows are asked for as fast as they are used, and memory is never idle.
        if (const int64_t ahead = first + b + kPrefetchEdges; in.key != in.value && ahead < last_edge) {
          prefetch_row(in.value + static_cast<int64_t>(a.indices[ahead]) * width, width);
        }
        const Ends at{row, static_cast<int64_t>(a.indices[first + b]), a.edge(first + b)};
        const RandomRow random = in.dropout.row(at.edge);
        for (int64_t h = 0; h < heads; ++h) {
          sum[h] += score[b * heads + h];
          const Wide weight = score[b * heads + h] * keep<Wide>(in.dropout, random, h);
          Carried<Score, Scalar>(in, at, h).add_to(total, weight);
        }
      }
    }
    for (int64_t h = 0; h < heads; ++h) {
      // A destination without edges gets 0; a NaN among the scores stays one.
      const Wide scale = sum[h] == Wide(0) ? Wide(0) : Wide(1) / sum[h];
      for (int64_t f = h * channels; f < (h + 1) * channels; ++f) {
        out[row * width + f] = static_cast<Scalar>(total[f] * scale);
      }
    }
  }
  return true;
}

// What the backward pass needs of a destination and head, side by side: maximum, 1 / sum, and grad_out . out.
template <class Scalar>
EDGEWISE_CLONES void attention_state_rows(const AttentionInput<Scalar>& in, const Scalar* out, const Scalar* grad_out,
                                          const Accumulator<Scalar>* row_max, const Accumulator<Scalar>* row_sum,
                                          Accumulator<Scalar>* state, int64_t begin, int64_t end) {
  using Wide = Accumulator<Scalar>;
  for (int64_t row = begin; row < end; ++row) {
    for (int64_t h = 0; h < in.heads; ++h) {
      const int64_t first = row * in.width() + h * in.channels;
      Wide dot(0);
      for (int64_t f = first; f < first + in.channels; ++f) dot += widen(grad_out[f]) * widen(out[f]);
      const int64_t n = row * in.heads + h;
      state[3 * n] = row_max[n];
      state[3 * n + 1] = row_sum[n] == Wide(0) ? Wide(0) : Wide(1) / row_sum[n];
      state[3 * n + 2] = dot;
    }
  }
}

// Over sources: gradients of keys, values and edge features; `grad_score` [edges, heads] waits for the destinations.
template <class Score, class Scalar, class Index>
EDGEWISE_CLONES bool attention_source_rows(const Csr<Scalar, Index>& transposed, const AttentionInput<Scalar>& in,
                                           const Accumulator<Scalar>* state, const Scalar* grad_out,
                                           Accumulator<Scalar>* grad_score, Scalar* grad_key, Scalar* grad_value,
                                           Scalar* grad_edge, int64_t begin, int64_t end_row) {
  using Wide = Accumulator<Scalar>;
  const int64_t heads = in.heads;
  const int64_t width = in.width();
  const int64_t key_width = Score::kPerHead ? heads : width;
  const int64_t last_edge = transposed.indptr[transposed.num_rows];
  std::vector<Wide> scores(static_cast<size_t>(kScoreBlock * heads));
  std::vector<Wide> key_totals(static_cast<size_t>(key_width));
  std::vector<Wide> value_totals(static_cast<size_t>(width));
  Wide* const score = scores.data();
  Wide* const key_total = key_totals.data();
  Wide* const value_total = value_totals.data();
  for (int64_t source = begin; source < end_row; ++source) {
    if (!transposed.row_is_valid(source)) return false;
    std::fill_n(key_total, key_width, Wide(0));
    std::fill_n(value_total, width, Wide(0));
    const int64_t end = transposed.indptr[source + 1];
    for (int64_t first = transposed.indptr[source]; first < end; first += kScoreBlock) {
      const int64_t count = std::min(kScoreBlock, end - first);
      for (int64_t b = 0; b < count; ++b) {
        if (const int64_t ahead = first + b + kPrefetchEdges; ahead < last_edge) {
          const int64_t target = static_cast<int64_t>(transposed.indices[ahead]);
          prefetch_row(state + 3 * target * heads, 3 * heads);
          if (in.query) prefetch_row(in.query + target * key_width, key_width);
        }
        const Ends at{static_cast<int64_t>(transposed.indices[first + b]), source, transposed.edge(first + b)};
        for (int64_t h = 0; h < heads; ++h) {
          score[b * heads + h] = Score::score(in, at, h) - state[3 * (at.target * heads + h)];
        }
      }
      for (int64_t n = 0; n < count * heads; ++n) score[n] = exponential(score[n]);
      for (int64_t b = 0; b < count; ++b) {
        if (const int64_t ahead = first + b + kPrefetchEdges; ahead < last_edge) {
          prefetch_row(grad_out + static_cast<int64_t>(transposed.indices[ahead]) * width, width);
        }
        const Ends at{static_cast<int64_t>(transposed.indices[first + b]), source, transposed.edge(first + b)};
        const RandomRow random = in.dropout.row(at.edge);
        const Scalar* g = grad_out + at.target * width;
        for (int64_t h = 0; h < heads; ++h) {
          const Wide* target = state + 3 * (at.target * heads + h);
          const Wide probability = score[b * heads + h] * target[1];
          const Wide kept = keep<Wide>(in.dropout, random, h);
          const Wide weight = probability * kept;
          const Carried<Score, Scalar> carried(in, at, h);
          add_weighted(g, carried.begin, carried.end, weight, value_total);
          const Wide grad = Score::inner(in, at, h, probability * (kept * carried.dot(g) - target[2]));
          grad_score[at.edge * heads + h] = grad;
          Score::add_key(in, at, h, grad, key_total);
          if (grad_edge) Score::put_edge(in, at, h, grad, weight, g, grad_edge, heads);
        }
      }
    }
    for (int64_t f = 0; f < key_width; ++f) grad_key[source * key_width + f] = static_cast<Scalar>(key_total[f]);
    for (int64_t f = 0; f < width; ++f) grad_value[source * width + f] = static_cast<Scalar>(value_total[f]);
  }
  return true;
}

// Over destinations: the gradient of queries, and of `att` added up into `grad_att`, where the score has one.
template <class Score, class Scalar, class Index>
EDGEWISE_CLONES bool attention_target_rows(const Csr<Scalar, Index>& a, const AttentionInput<Scalar>& in,
                                           const Accumulator<Scalar>* grad_score, Scalar* grad_query,
                                           Accumulator<Scalar>* grad_att, int64_t begin, int64_t end_row) {
  using Wide = Accumulator<Scalar>;
  const int64_t query_width = Score::kPerHead ? in.heads : in.width();
  const int64_t last_edge = a.indptr[a.num_rows];
  std::vector<Wide> totals(static_cast<size_t>(query_width));
  Wide* const total = totals.data();
  for (int64_t row = begin; row < end_row; ++row) {
    if (!a.row_is_valid(row)) return false;
    std::fill_n(total, query_width, Wide(0));
    for (int64_t k = a.indptr[row]; k < a.indptr[row + 1]; ++k) {
      if (!Score::kPerHead && k + kPrefetchEdges < last_edge) {
        prefetch_row(in.key + static_cast<int64_t>(a.indices[k + kPrefetchEdges]) * query_width, query_width);
      }
      const Ends at{row, static_cast<int64_t>(a.indices[k]), a.edge(k)};
      for (int64_t h = 0; h < in.heads; ++h) {
        Score::add_query(in, at, h, grad_score[at.edge * in.heads + h], total, grad_att);
      }
    }
    for (int64_t f = 0; f < query_width; ++f) grad_query[row * query_width + f] = static_cast<Scalar>(total[f]);
  }
  return true;
}

// False: the matrix is broken and nothing outside it was read.
template <class Score, class Scalar, class Index, class Parallel>
bool attention(const Parallel& parallel, const Csr<Scalar, Index>& a, const AttentionInput<Scalar>& in, Scalar* out,
               Accumulator<Scalar>* row_max, Accumulator<Scalar>* row_sum) {
  return parallel_valid_rows(parallel, a, in.width(), [&](int64_t low, int64_t high) {
    return attention_rows<Score>(a, in, out, row_max, row_sum, low, high);
  });
}

// Where the gradients go. `query` may be null where the input has none; `edge` where it is not wanted.
template <class Scalar>
struct AttentionGrad {
  Scalar* query;
  Scalar* key;
  Scalar* value;
  Scalar* edge;
  Scalar* att;
  Accumulator<Scalar>* score;  // [edges, heads], for the kernel's own use
};

template <class Score, class Scalar, class Index, class Parallel>
bool attention_grad(const Parallel& parallel, const Csr<Scalar, Index>& a, const Csr<Scalar, Index>& transposed,
                    const AttentionInput<Scalar>& in, const Scalar* out, const Accumulator<Scalar>* row_max,
                    const Accumulator<Scalar>* row_sum, const Scalar* grad_out, const AttentionGrad<Scalar>& grad) {
  using Wide = Accumulator<Scalar>;
  std::vector<Wide> state(static_cast<size_t>(3 * a.num_rows * in.heads));
  const int64_t grain = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, in.width()));
  parallel(0, a.num_rows, grain, [&](int64_t low, int64_t high) {
    attention_state_rows(in, out, grad_out, row_max, row_sum, state.data(), low, high);
  });
  const bool valid = parallel_valid_rows(parallel, transposed, in.width(), [&](int64_t low, int64_t high) {
    return attention_source_rows<Score>(transposed, in, state.data(), grad_out, grad.score, grad.key, grad.value,
                                        grad.edge, low, high);
  });
  if (!valid || (!grad.query && !grad.att)) return valid;
  // Parts of equal work, however many threads there are, so that the order in which `att` is added up is fixed.
  constexpr int64_t kParts = 64;
  const int64_t width = in.width();
  std::vector<Wide> att(grad.att ? static_cast<size_t>(kParts * width) : 0, Wide(0));
  const int64_t work = a.num_edges + a.num_rows;
  std::atomic<bool> all_valid{true};
  parallel(0, kParts, std::max<int64_t>(1, kParts * 2048 / std::max<int64_t>(1, work)), [&](int64_t low, int64_t high) {
    for (int64_t part = low; part < high; ++part) {
      const int64_t first = row_at_work(a.indptr, a.num_rows, work * part / kParts);
      const int64_t last =
          part + 1 == kParts ? a.num_rows : row_at_work(a.indptr, a.num_rows, work * (part + 1) / kParts);
      Wide* const sum = grad.att ? att.data() + part * width : nullptr;
      if (!attention_target_rows<Score>(a, in, grad.score, grad.query, sum, first, last)) all_valid.store(false);
    }
  });
  for (int64_t f = 0; grad.att && f < width; ++f) {
    Wide total(0);
    for (int64_t part = 0; part < kParts; ++part) total += att[static_cast<size_t>(part * width + f)];
    grad.att[f] = static_cast<Scalar>(total);
  }
  return all_valid.load();
}

}  // namespace edgewise
