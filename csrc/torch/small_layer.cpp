// small_layer: linear map, weighted sum of neighbours, bias, activation and dropout in one call.
#include "../core/small_layer.h"

#include <string>
#include <tuple>

#include "activation.h"
#include "adapter.h"
#include "box.h"

namespace edgewise::adapter {
namespace {

struct Arguments {
  OptionalTensor diagonal;
  Tensor x;
  Tensor w;
  OptionalTensor bias;
  Dropout dropout;

  void check(int64_t rows) const {
    const ScalarType type = x.scalar_type();
    check_dense(x, 2, "x");
    check_rows(w, w.size(0), x.size(1), type, "w");
    if (bias) {
      check_dense(*bias, 1, "bias");
      STD_TORCH_CHECK(bias->numel() == w.size(0) && bias->scalar_type() == type, "bias must have a number a column");
    }
    if (diagonal) {
      check_dense(*diagonal, 1, "diagonal");
      STD_TORCH_CHECK(diagonal->numel() == rows && rows == x.size(0) && diagonal->scalar_type() == type,
                      "diagonal needs a square adjacency and the dtype of x");
    }
  }

  template <class Scalar>
  SmallLayer<Scalar> layer() const {
    return {
        read<Scalar>(diagonal), read<Scalar>(x), read<Scalar>(w), read<Scalar>(bias), x.size(1), w.size(0), dropout};
  }
};

Tensor small_layer_cpu(const Tensor& indptr, const Tensor& indices, const OptionalTensor& perm,
                       const OptionalTensor& weight, const OptionalTensor& diagonal, const Tensor& x, const Tensor& w,
                       const OptionalTensor& bias, const std::string& act, double p, const OptionalTensor& seed) {
  const Arguments arguments{diagonal, x, w, bias, as_dropout(p, seed)};
  arguments.check(indptr.numel() - 1);
  Tensor y = torch::stable::new_empty(x, {indptr.numel() - 1, w.size(0)}, x.scalar_type());
  dispatch(x, indices, [&](auto scalar, auto index) {
    using Scalar = decltype(scalar);
    const auto a = as_csr<Scalar, decltype(index)>(indptr, indices, perm, weight, x.size(0), x.scalar_type());
    with_activation(act, [&](auto activation) {
      check_valid(small_layer<decltype(activation)>(a, arguments.layer<Scalar>(), write<Scalar>(y)));
    });
  });
  return y;
}

std::tuple<Tensor, Tensor, Tensor> small_layer_grad_cpu(const Tensor& indptr, const Tensor& indices,
                                                        const OptionalTensor& perm, const OptionalTensor& weight,
                                                        const OptionalTensor& diagonal, const Tensor& x,
                                                        const Tensor& w, const std::string& act, double p,
                                                        const OptionalTensor& seed, const Tensor& y, const Tensor& grad,
                                                        bool with_x, bool with_w, bool with_bias) {
  const Arguments arguments{diagonal, x, w, {}, as_dropout(p, seed)};
  arguments.check(y.size(0));
  check_rows(y, y.size(0), w.size(0), x.scalar_type(), "y");
  check_rows(grad, y.size(0), w.size(0), x.scalar_type(), "grad");
  STD_TORCH_CHECK(indptr.numel() - 1 == x.size(0), "indptr must be the transpose's: one row for each row of x");
  Tensor grad_x = torch::stable::new_empty(x, {with_x ? x.size(0) : 0, x.size(1)}, x.scalar_type());
  Tensor grad_w = torch::stable::new_empty(x, {with_w ? w.size(0) : 0, x.size(1)}, x.scalar_type());
  Tensor grad_bias = torch::stable::new_empty(x, {with_bias ? w.size(0) : 0}, x.scalar_type());
  dispatch(x, indices, [&](auto scalar, auto index) {
    using Scalar = decltype(scalar);
    const auto transposed = as_csr<Scalar, decltype(index)>(indptr, indices, perm, weight, y.size(0), x.scalar_type());
    with_activation(act, [&](auto activation) {
      check_valid(small_layer_grad<decltype(activation)>(transposed, arguments.layer<Scalar>(), read<Scalar>(y),
                                                         read<Scalar>(grad), with_x ? write<Scalar>(grad_x) : nullptr,
                                                         with_w ? write<Scalar>(grad_w) : nullptr,
                                                         with_bias ? write<Scalar>(grad_bias) : nullptr));
    });
  });
  return {grad_x, grad_w, grad_bias};
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def(
      "small_layer(Tensor indptr, Tensor indices, Tensor? perm, Tensor? weight, Tensor? diagonal, Tensor x, Tensor w,"
      " Tensor? bias, str act, float p, Tensor? seed) -> Tensor");
  m.def(
      "small_layer_grad(Tensor indptr, Tensor indices, Tensor? perm, Tensor? weight, Tensor? diagonal, Tensor x,"
      " Tensor w, str act, float p, Tensor? seed, Tensor y, Tensor grad, bool with_x, bool with_w, bool with_bias)"
      " -> (Tensor, Tensor, Tensor)");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) {
  m.impl("small_layer", EDGEWISE_BOX(&small_layer_cpu));
  m.impl("small_layer_grad", EDGEWISE_BOX(&small_layer_grad_cpu));
}

}  // namespace edgewise::adapter
