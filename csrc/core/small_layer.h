// A whole layer on a small graph in one call:  y = dropout(act(A x w^T + bias)),  and its gradients.
//
// On a graph of some dozens of nodes every call into a kernel costs more than its arithmetic, and a layer is four of
// them. Written with the same loops as those kernels, on one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "epilogue.h"
#include "matrix.h"
#include "sddmm.h"
#include "spmm.h"

namespace edgewise {

template <class Scalar>
struct SmallLayer {
  const Scalar* diagonal;  // may be null
  const Scalar* x;         // [columns of A, in]
  const Scalar* w;         // [out, in]
  const Scalar* bias;      // may be null
  int64_t in;
  int64_t out;
  Dropout dropout;
};

// c[i, o] = a[i, :] . b[o, :]
template <class Scalar>
EDGEWISE_CLONES void multiply_transposed(const Scalar* a, const Scalar* b, Scalar* c, int64_t rows, int64_t columns,
                                         int64_t inner) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t o = 0; o < columns; ++o) {
      c[i * columns + o] = static_cast<Scalar>(dot(a + i * inner, b + o * inner, inner));
    }
  }
}

// c[i, f] = sum over o of a(i, o) b[o, f], where a(i, o) stands at a[i * row_step + o * column_step].
template <class Scalar>
EDGEWISE_CLONES void multiply(const Scalar* a, int64_t row_step, int64_t column_step, const Scalar* b, Scalar* c,
                              int64_t rows, int64_t columns, int64_t inner) {
  std::vector<Accumulator<Scalar>> total(static_cast<size_t>(columns));
  for (int64_t i = 0; i < rows; ++i) {
    std::fill(total.begin(), total.end(), Accumulator<Scalar>(0));
    for (int64_t o = 0; o < inner; ++o) {
      const Accumulator<Scalar> value = widen(a[i * row_step + o * column_step]);
      for (int64_t f = 0; f < columns; ++f) total[static_cast<size_t>(f)] += value * widen(b[o * columns + f]);
    }
    for (int64_t f = 0; f < columns; ++f) c[i * columns + f] = static_cast<Scalar>(total[static_cast<size_t>(f)]);
  }
}

// False: the matrix is broken and nothing outside it was read.
template <class Act, class Scalar, class Index>
bool small_layer(const Csr<Scalar, Index>& a, const SmallLayer<Scalar>& layer, Scalar* y) {
  std::vector<Scalar> h(static_cast<size_t>(a.num_cols * layer.out));
  multiply_transposed(layer.x, layer.w, h.data(), a.num_cols, layer.out, layer.in);
  if (!spmm<Sum>(Serial{}, a, layer.diagonal, h.data(), y, layer.out)) return false;
  epilogue<Act>(Serial{}, y, layer.bias, y, a.num_rows, layer.out, layer.dropout);
  return true;
}

// Gradients of x, w and bias; a null pointer is one that nobody wants. `transposed` is A's.
template <class Act, class Scalar, class Index>
bool small_layer_grad(const Csr<Scalar, Index>& transposed, const SmallLayer<Scalar>& layer, const Scalar* y,
                      const Scalar* grad, Scalar* grad_x, Scalar* grad_w, Scalar* grad_bias) {
  const int64_t rows = transposed.num_cols;
  const int64_t nodes = transposed.num_rows;
  std::vector<Scalar> inner(static_cast<size_t>(rows * layer.out));
  std::vector<Scalar> back(static_cast<size_t>(nodes * layer.out));
  epilogue_grad<Act>(Serial{}, grad, y, inner.data(), grad_bias, rows, layer.out, layer.dropout);
  if (!spmm<Sum>(Serial{}, transposed, layer.diagonal, inner.data(), back.data(), layer.out)) return false;
  if (grad_w) multiply(back.data(), 1, layer.out, layer.x, grad_w, layer.out, layer.in, nodes);
  if (grad_x) multiply(back.data(), layer.out, 1, layer.w, grad_x, nodes, layer.in, layer.out);
  return true;
}

}  // namespace edgewise
