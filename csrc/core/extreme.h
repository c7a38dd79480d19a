// Gradients of min and max. The extreme value knows who reached it: an edge k of row i took part in out[i, f] exactly
// where weight[k] x[j, f] == out[i, f] (the same product, rounded as it was stored, gives the same bits). Edges that
// tie share the gradient equally, as torch's amax and amin do; no argmax is stored.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "clones.h"
#include "matrix.h"
#include "parallel.h"

namespace edgewise {

template <class Scalar>
[[gnu::always_inline]] inline bool reached(Accumulator<Scalar> weight, Scalar source, Scalar best) {
  return rounded<Scalar>(weight * widen(source)) == widen(best);
}

// share[i, f] = grad[i, f] / (how many edges of row i reached out[i, f])
template <class Scalar, class Index>
EDGEWISE_CLONES bool extreme_share_rows(const Csr<Scalar, Index>& a, const Scalar* x, const Scalar* out,
                                        const Scalar* grad, Scalar* share, int64_t width, int64_t begin, int64_t end) {
  using Wide = Accumulator<Scalar>;
  std::vector<Wide> ties(static_cast<size_t>(width));
  for (int64_t row = begin; row < end; ++row) {
    if (!a.row_is_valid(row)) return false;
    const Scalar* best = out + row * width;
    std::fill(ties.begin(), ties.end(), Wide(0));
    for (int64_t k = a.indptr[row]; k < a.indptr[row + 1]; ++k) {
      const Wide value = a.value(k);
      const Scalar* source = x + static_cast<int64_t>(a.indices[k]) * width;
      for (int64_t f = 0; f < width; ++f) {
        ties[static_cast<size_t>(f)] += reached(value, source[f], best[f]) ? Wide(1) : Wide(0);
      }
    }
    for (int64_t f = 0; f < width; ++f) {
      const Wide count = ties[static_cast<size_t>(f)];
      share[row * width + f] = static_cast<Scalar>(count > Wide(0) ? widen(grad[row * width + f]) / count : Wide(0));
    }
  }
  return true;
}

// grad_x[j, f] = sum over edges k of j (by the transpose) that reached their extreme of  weight[k] share[i, f]
template <class Scalar, class Index>
EDGEWISE_CLONES bool extreme_grad_rows(const Csr<Scalar, Index>& transposed, const Scalar* x, const Scalar* out,
                                       const Scalar* share, Scalar* grad_x, int64_t width, int64_t begin, int64_t end) {
  using Wide = Accumulator<Scalar>;
  std::vector<Wide> total(static_cast<size_t>(width));
  for (int64_t node = begin; node < end; ++node) {
    if (!transposed.row_is_valid(node)) return false;
    const Scalar* source = x + node * width;
    std::fill(total.begin(), total.end(), Wide(0));
    for (int64_t k = transposed.indptr[node]; k < transposed.indptr[node + 1]; ++k) {
      const Wide value = transposed.value(k);
      const int64_t row = static_cast<int64_t>(transposed.indices[k]) * width;
      for (int64_t f = 0; f < width; ++f) {
        const bool counts = reached(value, source[f], out[row + f]);
        total[static_cast<size_t>(f)] += counts ? value * widen(share[row + f]) : Wide(0);
      }
    }
    for (int64_t f = 0; f < width; ++f) {
      grad_x[node * width + f] = static_cast<Scalar>(total[static_cast<size_t>(f)]);
    }
  }
  return true;
}

// grad_weight[k] = sum over the features in which edge k reached its extreme of  share[i, f] x[j, f]
template <class Scalar, class Index>
EDGEWISE_CLONES bool extreme_weight_rows(const Csr<Scalar, Index>& a, const Scalar* x, const Scalar* out,
                                         const Scalar* share, Scalar* grad_weight, int64_t width, int64_t begin,
                                         int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    if (!a.row_is_valid(row)) return false;
    for (int64_t k = a.indptr[row]; k < a.indptr[row + 1]; ++k) {
      const auto value = a.value(k);
      const Scalar* source = x + static_cast<int64_t>(a.indices[k]) * width;
      Accumulator<Scalar> total(0);
      for (int64_t f = 0; f < width; ++f) {
        const int64_t at = row * width + f;
        total += reached(value, source[f], out[at]) ? widen(share[at]) * widen(source[f]) : Accumulator<Scalar>(0);
      }
      grad_weight[a.edge(k)] = static_cast<Scalar>(total);
    }
  }
  return true;
}

template <class Scalar, class Index, class Parallel>
bool extreme_share(const Parallel& parallel, const Csr<Scalar, Index>& a, const Scalar* x, const Scalar* out,
                   const Scalar* grad, Scalar* share, int64_t width) {
  return parallel_valid_rows(parallel, a, width, [&](int64_t low, int64_t high) {
    return extreme_share_rows(a, x, out, grad, share, width, low, high);
  });
}

template <class Scalar, class Index, class Parallel>
bool extreme_grad(const Parallel& parallel, const Csr<Scalar, Index>& transposed, const Scalar* x, const Scalar* out,
                  const Scalar* share, Scalar* grad_x, int64_t width) {
  return parallel_valid_rows(parallel, transposed, width, [&](int64_t low, int64_t high) {
    return extreme_grad_rows(transposed, x, out, share, grad_x, width, low, high);
  });
}

template <class Scalar, class Index, class Parallel>
bool extreme_weight(const Parallel& parallel, const Csr<Scalar, Index>& a, const Scalar* x, const Scalar* out,
                    const Scalar* share, Scalar* grad_weight, int64_t width) {
  return parallel_valid_rows(parallel, a, width, [&](int64_t low, int64_t high) {
    return extreme_weight_rows(a, x, out, share, grad_weight, width, low, high);
  });
}

}  // namespace edgewise
