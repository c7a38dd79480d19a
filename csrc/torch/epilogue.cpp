// epilogue: bias, activation and dropout in one pass.
#include "../core/epilogue.h"

#include <string>
#include <tuple>

#include "activation.h"
#include "adapter.h"
#include "box.h"

namespace edgewise::adapter {
namespace {

void run(const Tensor& x, const OptionalTensor& bias, const std::string& act, double p, const OptionalTensor& seed,
         const Tensor& out) {
  check_dense(x, 2, "x");
  if (bias) {
    check_dense(*bias, 1, "bias");
    STD_TORCH_CHECK(bias->numel() == x.size(1) && bias->scalar_type() == x.scalar_type(),
                    "bias must have one number a column, of the dtype of x");
  }
  const Dropout dropout = as_dropout(p, seed);
  dispatch_scalar(x, [&](auto scalar) {
    using Scalar = decltype(scalar);
    with_activation(act, [&](auto activation) {
      epilogue<decltype(activation)>(TorchParallel{}, read<Scalar>(x), read<Scalar>(bias), write<Scalar>(out),
                                     x.size(0), x.size(1), dropout);
    });
  });
}

Tensor epilogue_cpu(const Tensor& x, const OptionalTensor& bias, const std::string& act, double p,
                    const OptionalTensor& seed) {
  check_dense(x, 2, "x");
  Tensor out = new_rows(x, x.size(0), x.size(1));
  run(x, bias, act, p, seed, out);
  return out;
}

void epilogue_inplace_cpu(const Tensor& x, const OptionalTensor& bias, const std::string& act, double p,
                          const OptionalTensor& seed) {
  run(x, bias, act, p, seed, x);
}

std::tuple<Tensor, Tensor> epilogue_grad_cpu(const Tensor& grad, const OptionalTensor& out, const std::string& act,
                                             double p, const OptionalTensor& seed, bool with_bias) {
  check_dense(grad, 2, "grad");
  const int64_t rows = grad.size(0);
  const int64_t width = grad.size(1);
  STD_TORCH_CHECK(out || act == "identity", "out is needed for the slope of this act");
  if (out) check_rows(*out, rows, width, grad.scalar_type(), "out");
  const Dropout dropout = as_dropout(p, seed);
  Tensor grad_x = new_rows(grad, rows, width);
  Tensor grad_bias = torch::stable::new_empty(grad, {with_bias ? width : 0}, grad.scalar_type());
  dispatch_scalar(grad, [&](auto scalar) {
    using Scalar = decltype(scalar);
    with_activation(act, [&](auto activation) {
      epilogue_grad<decltype(activation)>(TorchParallel{}, read<Scalar>(grad), read<Scalar>(out), write<Scalar>(grad_x),
                                          with_bias ? write<Scalar>(grad_bias) : nullptr, rows, width, dropout);
    });
  });
  return {grad_x, grad_bias};
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def("epilogue(Tensor x, Tensor? bias, str act, float p, Tensor? seed) -> Tensor");
  m.def("epilogue_(Tensor(a!) x, Tensor? bias, str act, float p, Tensor? seed) -> ()");
  m.def("epilogue_grad(Tensor grad, Tensor? out, str act, float p, Tensor? seed, bool with_bias) -> (Tensor, Tensor)");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) {
  m.impl("epilogue", EDGEWISE_BOX(&epilogue_cpu));
  m.impl("epilogue_", EDGEWISE_BOX(&epilogue_inplace_cpu));
  m.impl("epilogue_grad", EDGEWISE_BOX(&epilogue_grad_cpu));
}

}  // namespace edgewise::adapter
