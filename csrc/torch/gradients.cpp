// sddmm and the gradients of min and max.
#include "../core/extreme.h"
#include "../core/sddmm.h"
#include "adapter.h"

namespace edgewise::adapter {
namespace {

Tensor sddmm_cpu(const Tensor& indptr, const Tensor& indices, const OptionalTensor& perm, const Tensor& a,
                 const Tensor& b) {
  const int64_t width = b.size(1);
  check_dense(b, 2, "b");
  check_rows(a, indptr.numel() - 1, width, b.scalar_type(), "a");
  Tensor out = torch::stable::new_empty(b, {indices.numel()}, b.scalar_type());
  dispatch(b, indices, [&](auto scalar, auto index) {
    using Scalar = decltype(scalar);
    const auto pattern = as_csr<Scalar, decltype(index)>(indptr, indices, perm, {}, b.size(0), b.scalar_type());
    check_valid(sddmm(TorchParallel{}, pattern, read<Scalar>(a), read<Scalar>(b), write<Scalar>(out), width));
  });
  return out;
}

Tensor extreme_share_cpu(const Tensor& indptr, const Tensor& indices, const OptionalTensor& perm,
                         const OptionalTensor& weight, const Tensor& x, const Tensor& out, const Tensor& grad) {
  check_dense(x, 2, "x");
  const int64_t width = x.size(1);
  check_rows(out, indptr.numel() - 1, width, x.scalar_type(), "out");
  check_rows(grad, indptr.numel() - 1, width, x.scalar_type(), "grad");
  Tensor share = new_rows(x, out.size(0), width);
  dispatch(x, indices, [&](auto scalar, auto index) {
    using Scalar = decltype(scalar);
    const auto a = as_csr<Scalar, decltype(index)>(indptr, indices, perm, weight, x.size(0), x.scalar_type());
    check_valid(extreme_share(TorchParallel{}, a, read<Scalar>(x), read<Scalar>(out), read<Scalar>(grad),
                              write<Scalar>(share), width));
  });
  return share;
}

Tensor extreme_grad_cpu(const Tensor& indptr, const Tensor& indices, const OptionalTensor& perm,
                        const OptionalTensor& weight, const Tensor& x, const Tensor& out, const Tensor& share) {
  check_dense(x, 2, "x");
  const int64_t width = x.size(1);
  STD_TORCH_CHECK(indptr.numel() - 1 == x.size(0), "indptr must be the transpose's: one row for each row of x");
  check_rows(out, out.size(0), width, x.scalar_type(), "out");
  check_rows(share, out.size(0), width, x.scalar_type(), "share");
  Tensor grad_x = new_rows(x, x.size(0), width);
  dispatch(x, indices, [&](auto scalar, auto index) {
    using Scalar = decltype(scalar);
    const auto a = as_csr<Scalar, decltype(index)>(indptr, indices, perm, weight, out.size(0), x.scalar_type());
    check_valid(extreme_grad(TorchParallel{}, a, read<Scalar>(x), read<Scalar>(out), read<Scalar>(share),
                             write<Scalar>(grad_x), width));
  });
  return grad_x;
}

Tensor extreme_weight_cpu(const Tensor& indptr, const Tensor& indices, const OptionalTensor& perm, const Tensor& weight,
                          const Tensor& x, const Tensor& out, const Tensor& share) {
  check_dense(x, 2, "x");
  const int64_t width = x.size(1);
  check_rows(out, indptr.numel() - 1, width, x.scalar_type(), "out");
  check_rows(share, indptr.numel() - 1, width, x.scalar_type(), "share");
  Tensor grad_weight = torch::stable::new_empty(x, {indices.numel()}, x.scalar_type());
  dispatch(x, indices, [&](auto scalar, auto index) {
    using Scalar = decltype(scalar);
    const auto a = as_csr<Scalar, decltype(index)>(indptr, indices, perm, weight, x.size(0), x.scalar_type());
    check_valid(extreme_weight(TorchParallel{}, a, read<Scalar>(x), read<Scalar>(out), read<Scalar>(share),
                               write<Scalar>(grad_weight), width));
  });
  return grad_weight;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def("sddmm(Tensor indptr, Tensor indices, Tensor? perm, Tensor a, Tensor b) -> Tensor");
  m.def(
      "extreme_share(Tensor indptr, Tensor indices, Tensor? perm, Tensor? weight, Tensor x, Tensor out, Tensor grad)"
      " -> Tensor");
  m.def(
      "extreme_grad(Tensor indptr, Tensor indices, Tensor? perm, Tensor? weight, Tensor x, Tensor out, Tensor share)"
      " -> Tensor");
  m.def(
      "extreme_weight(Tensor indptr, Tensor indices, Tensor? perm, Tensor weight, Tensor x, Tensor out, Tensor share)"
      " -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) {
  m.impl("sddmm", TORCH_BOX(&sddmm_cpu));
  m.impl("extreme_share", TORCH_BOX(&extreme_share_cpu));
  m.impl("extreme_grad", TORCH_BOX(&extreme_grad_cpu));
  m.impl("extreme_weight", TORCH_BOX(&extreme_weight_cpu));
}

}  // namespace edgewise::adapter
