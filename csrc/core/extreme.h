// Gradients of min and max. The extreme value knows who reached it: an edge k of row i took part in out[i, f] exactly
// where weight[k] x[j, f] == out[i, f] (the same product gives the same bits). Edges that tie share the gradient
// equally, as torch's amax and amin do; no argmax is stored.
#pragma once

#include <cstdint>

#include "clones.h"
#include "matrix.h"
#include "parallel.h"

namespace edgewise {

// share[i, f] = grad[i, f] / (how many edges of row i reached out[i, f])
template <class Scalar, class Index>
EDGEWISE_CLONES bool extreme_share_rows(const Csr<Scalar, Index>& a, const Scalar* x, const Scalar* out,
                                        const Scalar* grad, Scalar* share, int64_t width, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    if (!a.row_is_valid(row)) return false;
    const Scalar* best = out + row * width;
    Scalar* ties = share + row * width;
    for (int64_t f = 0; f < width; ++f) ties[f] = Scalar(0);
    for (int64_t k = a.indptr[row]; k < a.indptr[row + 1]; ++k) {
      const Scalar value = a.value(k);
      const Scalar* source = x + static_cast<int64_t>(a.indices[k]) * width;
      for (int64_t f = 0; f < width; ++f) ties[f] += value * source[f] == best[f] ? Scalar(1) : Scalar(0);
    }
    for (int64_t f = 0; f < width; ++f) ties[f] = ties[f] > Scalar(0) ? grad[row * width + f] / ties[f] : Scalar(0);
  }
  return true;
}

// grad_x[j, f] = sum over edges k of j (by the transpose) that reached their extreme of  weight[k] share[i, f]
template <class Scalar, class Index>
EDGEWISE_CLONES bool extreme_grad_rows(const Csr<Scalar, Index>& transposed, const Scalar* x, const Scalar* out,
                                       const Scalar* share, Scalar* grad_x, int64_t width, int64_t begin, int64_t end) {
  for (int64_t node = begin; node < end; ++node) {
    if (!transposed.row_is_valid(node)) return false;
    const Scalar* source = x + node * width;
    Scalar* total = grad_x + node * width;
    for (int64_t f = 0; f < width; ++f) total[f] = Scalar(0);
    for (int64_t k = transposed.indptr[node]; k < transposed.indptr[node + 1]; ++k) {
      const Scalar value = transposed.value(k);
      const int64_t row = static_cast<int64_t>(transposed.indices[k]) * width;
      for (int64_t f = 0; f < width; ++f) {
        total[f] += value * source[f] == out[row + f] ? value * share[row + f] : Scalar(0);
      }
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
      const Scalar value = a.value(k);
      const Scalar* source = x + static_cast<int64_t>(a.indices[k]) * width;
      Scalar total = Scalar(0);
      for (int64_t f = 0; f < width; ++f) {
        const int64_t at = row * width + f;
        total += value * source[f] == out[at] ? share[at] * source[f] : Scalar(0);
      }
      grad_weight[a.edge(k)] = total;
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
