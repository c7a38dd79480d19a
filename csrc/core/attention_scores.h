// The scores of attention and their gradients: one struct a formula, from which attention.h makes its passes.
#pragma once

#include <algorithm>
#include <cstdint>

#include "clones.h"
#include "random.h"
#include "scalar.h"

namespace edgewise {

// What a score is computed from. `query`, `key` and `edge` have `heads` numbers a row where the score is additive, and
// heads x channels otherwise.
template <class Scalar>
struct AttentionInput {
  const Scalar* query;  // a row a destination; may be null
  const Scalar* key;    // a row a source
  const Scalar* value;  // a row a source, heads x channels
  const Scalar* edge;   // a row an edge in the caller's order; may be null
  const Scalar* att;    // heads x channels, where the score has it
  int64_t heads;
  int64_t channels;
  Accumulator<Scalar> factor;  // the negative slope, or what a dot product is multiplied by
  Dropout dropout;

  int64_t width() const { return heads * channels; }
};

// The ends of an edge, and its place in the caller's order.
struct Ends {
  int64_t target;
  int64_t source;
  int64_t edge;
};

template <class Wide>
[[gnu::always_inline]] inline Wide leaky(Wide z, Wide slope) {
  // Written as a choice it would be a branch, and guessed wrongly half of the time.
  return std::max(z, Wide(0)) + slope * std::min(z, Wide(0));
}

// GAT: score[h] = leaky(query[i, h] + key[j, h] + edge[k, h]).
struct AdditiveScore {
  static constexpr bool kPerHead = true;
  static constexpr bool kEdgeHasValue = false;

  template <class Scalar>
  [[gnu::always_inline]] static Accumulator<Scalar> sum(const AttentionInput<Scalar>& in, Ends at, int64_t h) {
    Accumulator<Scalar> z = widen(in.key[at.source * in.heads + h]);
    if (in.query) z += widen(in.query[at.target * in.heads + h]);
    if (in.edge) z += widen(in.edge[at.edge * in.heads + h]);
    return z;
  }

  template <class Scalar>
  [[gnu::always_inline]] static Accumulator<Scalar> score(const AttentionInput<Scalar>& in, Ends at, int64_t h) {
    return leaky(sum(in, at, h), in.factor);
  }

  // The gradient of what the activation is applied to: that of query, key and edge alike.
  template <class Scalar>
  [[gnu::always_inline]] static Accumulator<Scalar> inner(const AttentionInput<Scalar>& in, Ends at, int64_t h,
                                                          Accumulator<Scalar> grad) {
    return sum(in, at, h) > Accumulator<Scalar>(0) ? grad : in.factor * grad;
  }

  template <class Scalar>
  [[gnu::always_inline]] static void add_key(const AttentionInput<Scalar>&, Ends, int64_t h, Accumulator<Scalar> grad,
                                             Accumulator<Scalar>* total) {
    total[h] += grad;
  }

  template <class Scalar>
  [[gnu::always_inline]] static void add_query(const AttentionInput<Scalar>&, Ends, int64_t h, Accumulator<Scalar> grad,
                                               Accumulator<Scalar>* total, Accumulator<Scalar>*) {
    total[h] += grad;
  }

  template <class Scalar>
  [[gnu::always_inline]] static void put_edge(const AttentionInput<Scalar>&, Ends at, int64_t h,
                                              Accumulator<Scalar> grad, Accumulator<Scalar>, const Scalar*,
                                              Scalar* grad_edge, int64_t heads) {
    grad_edge[at.edge * heads + h] = static_cast<Scalar>(grad);
  }
};

// The sum of term(f) over features: partial sums in a fixed order, so that it is a vector one.
template <class Wide, class Term>
[[gnu::always_inline]] inline Wide sum_features(int64_t begin, int64_t end, const Term& term) {
  constexpr int64_t kLanes = 8;
  Wide lane[kLanes] = {};
  int64_t f = begin;
  for (; f + kLanes <= end; f += kLanes) {
    EDGEWISE_KEEP_LOOP
    for (int64_t l = 0; l < kLanes; ++l) lane[l] += term(f + l);
  }
  for (int64_t l = 0; f < end; ++f, ++l) lane[l] += term(f);
  for (int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; ++l) lane[l] += lane[l + half];
  }
  return lane[0];
}

// total[f] += weight row[f] over features. No total is a row, which spares each short loop the question.
template <class Scalar, class Wide>
[[gnu::always_inline]] inline void add_weighted(const Scalar* row, int64_t begin, int64_t end, Wide weight,
                                                Wide* __restrict total) {
  for (int64_t f = begin; f < end; ++f) total[f] += weight * widen(row[f]);
}

// GATv2: score[h] = sum over c of att[h, c] leaky(query[i, h, c] + key[j, h, c] + edge[k, h, c]).
struct PostAdditiveScore {
  static constexpr bool kPerHead = false;
  static constexpr bool kEdgeHasValue = false;

  // What the activation is applied to, at one edge; whether there are edge features is asked outside of loops.
  template <bool kEdge, class Scalar>
  struct Inside {
    const Scalar* query;
    const Scalar* key;
    const Scalar* edge;

    Inside(const AttentionInput<Scalar>& in, Ends at)
        : query(in.query + at.target * in.width()),
          key(in.key + at.source * in.width()),
          edge(kEdge ? in.edge + at.edge * in.width() : nullptr) {}

    [[gnu::always_inline]] Accumulator<Scalar> operator()(int64_t f) const {
      const Accumulator<Scalar> z = widen(query[f]) + widen(key[f]);
      return kEdge ? z + widen(edge[f]) : z;
    }
  };

  template <class Scalar>
  [[gnu::always_inline]] static Accumulator<Scalar> score(const AttentionInput<Scalar>& in, Ends at, int64_t h) {
    return in.edge ? score_of(in, Inside<true, Scalar>(in, at), h) : score_of(in, Inside<false, Scalar>(in, at), h);
  }

  template <class Scalar>
  [[gnu::always_inline]] static Accumulator<Scalar> inner(const AttentionInput<Scalar>&, Ends, int64_t,
                                                          Accumulator<Scalar> grad) {
    return grad;
  }

  template <class Scalar>
  [[gnu::always_inline]] static void add_key(const AttentionInput<Scalar>& in, Ends at, int64_t h,
                                             Accumulator<Scalar> grad, Accumulator<Scalar>* total) {
    in.edge ? add_slopes(in, Inside<true, Scalar>(in, at), h, grad, total)
            : add_slopes(in, Inside<false, Scalar>(in, at), h, grad, total);
  }

  template <class Scalar>
  [[gnu::always_inline]] static void add_query(const AttentionInput<Scalar>& in, Ends at, int64_t h,
                                               Accumulator<Scalar> grad, Accumulator<Scalar>* total,
                                               Accumulator<Scalar>* grad_att) {
    in.edge ? add_both(in, Inside<true, Scalar>(in, at), h, grad, total, grad_att)
            : add_both(in, Inside<false, Scalar>(in, at), h, grad, total, grad_att);
  }

  template <class Scalar>
  [[gnu::always_inline]] static void put_edge(const AttentionInput<Scalar>& in, Ends at, int64_t h,
                                              Accumulator<Scalar> grad, Accumulator<Scalar>, const Scalar*,
                                              Scalar* grad_edge, int64_t) {
    const Inside<true, Scalar> inside(in, at);
    const Scalar* att = in.att;
    const Accumulator<Scalar> below = grad * in.factor;
    Scalar* __restrict row = grad_edge + at.edge * in.width();
    const int64_t end = (h + 1) * in.channels;
    for (int64_t f = h * in.channels; f < end; ++f) {
      row[f] = static_cast<Scalar>(widen(att[f]) * (inside(f) > Accumulator<Scalar>(0) ? grad : below));
    }
  }

 private:
  // att and slope outside of `in`: through it they would be read anew after each number that is written.
  template <class Scalar, class Z>
  [[gnu::always_inline]] static Accumulator<Scalar> score_of(const AttentionInput<Scalar>& in, const Z& z, int64_t h) {
    const Scalar* att = in.att;
    const Accumulator<Scalar> slope = in.factor;
    return sum_features<Accumulator<Scalar>>(h * in.channels, (h + 1) * in.channels,
                                             [&](int64_t f) { return widen(att[f]) * leaky(z(f), slope); });
  }

  template <class Scalar, class Z, class Wide>
  [[gnu::always_inline]] static void add_slopes(const AttentionInput<Scalar>& in, const Z& z, int64_t h, Wide grad,
                                                Wide* __restrict total) {
    const Scalar* att = in.att;
    const Wide below = grad * in.factor;
    const int64_t end = (h + 1) * in.channels;
    for (int64_t f = h * in.channels; f < end; ++f) total[f] += widen(att[f]) * (z(f) > Wide(0) ? grad : below);
  }

  template <class Scalar, class Z, class Wide>
  [[gnu::always_inline]] static void add_both(const AttentionInput<Scalar>& in, const Z& z, int64_t h, Wide grad,
                                              Wide* __restrict total, Wide* __restrict grad_att) {
    const Scalar* att = in.att;
    const Wide slope = in.factor;
    const Wide below = grad * slope;
    const int64_t end = (h + 1) * in.channels;
    for (int64_t f = h * in.channels; f < end; ++f) {
      const Wide inside = z(f);
      total[f] += widen(att[f]) * (inside > Wide(0) ? grad : below);
      grad_att[f] += grad * leaky(inside, slope);
    }
  }
};

// Transformer: score[h] = factor query[i, h] . (key[j, h] + edge[k, h]), and an edge's features join its value.
struct DotScore {
  static constexpr bool kPerHead = false;
  static constexpr bool kEdgeHasValue = true;

  template <class Scalar>
  [[gnu::always_inline]] static Accumulator<Scalar> score(const AttentionInput<Scalar>& in, Ends at, int64_t h) {
    const Scalar* query = in.query + at.target * in.width();
    const Scalar* key = in.key + at.source * in.width();
    const Scalar* edge = in.edge ? in.edge + at.edge * in.width() : nullptr;
    const int64_t begin = h * in.channels;
    const int64_t end = begin + in.channels;
    using Wide = Accumulator<Scalar>;
    if (!edge) {
      return in.factor * sum_features<Wide>(begin, end, [&](int64_t f) { return widen(query[f]) * widen(key[f]); });
    }
    return in.factor * sum_features<Wide>(
                           begin, end, [&](int64_t f) { return widen(query[f]) * (widen(key[f]) + widen(edge[f])); });
  }

  template <class Scalar>
  [[gnu::always_inline]] static Accumulator<Scalar> inner(const AttentionInput<Scalar>& in, Ends, int64_t,
                                                          Accumulator<Scalar> grad) {
    return in.factor * grad;
  }

  template <class Scalar>
  [[gnu::always_inline]] static void add_key(const AttentionInput<Scalar>& in, Ends at, int64_t h,
                                             Accumulator<Scalar> grad, Accumulator<Scalar>* total) {
    add_weighted(in.query + at.target * in.width(), h * in.channels, (h + 1) * in.channels, grad, total);
  }

  template <class Scalar>
  [[gnu::always_inline]] static void add_query(const AttentionInput<Scalar>& in, Ends at, int64_t h,
                                               Accumulator<Scalar> grad, Accumulator<Scalar>* total,
                                               Accumulator<Scalar>*) {
    add_weighted(in.key + at.source * in.width(), h * in.channels, (h + 1) * in.channels, grad, total);
    if (in.edge) add_weighted(in.edge + at.edge * in.width(), h * in.channels, (h + 1) * in.channels, grad, total);
  }

  // `weight` is what the edge's value was multiplied by, `grad_out` the gradient of the destination.
  template <class Scalar>
  [[gnu::always_inline]] static void put_edge(const AttentionInput<Scalar>& in, Ends at, int64_t h,
                                              Accumulator<Scalar> grad, Accumulator<Scalar> weight,
                                              const Scalar* grad_out, Scalar* grad_edge, int64_t) {
    const Scalar* query = in.query + at.target * in.width();
    Scalar* __restrict row = grad_edge + at.edge * in.width();
    for (int64_t f = h * in.channels; f < (h + 1) * in.channels; ++f) {
      row[f] = static_cast<Scalar>(grad * widen(query[f]) + weight * widen(grad_out[f]));
    }
  }
};

}  // namespace edgewise
