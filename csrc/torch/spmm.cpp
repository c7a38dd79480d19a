// spmm: gather and reduce over the rows of an adjacency.
#include "../core/spmm.h"

#include <string>

#include "adapter.h"
#include "box.h"

namespace edgewise::adapter {
namespace {

Tensor spmm_cpu(const Tensor& indptr, const Tensor& indices, const OptionalTensor& perm, const OptionalTensor& weight,
                const OptionalTensor& diagonal, const Tensor& x, const std::string& reduce) {
  check_dense(x, 2, "x");
  const int64_t width = x.size(1);
  Tensor out = new_rows(x, indptr.numel() - 1, width);
  dispatch(x, indices, [&](auto scalar, auto index) {
    using Scalar = decltype(scalar);
    // Without weights nobody asks where the caller keeps them.
    const auto a = as_csr<Scalar, decltype(index)>(indptr, indices, weight ? perm : OptionalTensor{}, weight, x.size(0),
                                                   x.scalar_type(), weight ? weight->numel() : -1);
    const Scalar* loops = nullptr;
    if (diagonal) {
      check_dense(*diagonal, 1, "diagonal");
      STD_TORCH_CHECK(reduce == "sum" && diagonal->numel() == a.num_rows && a.num_rows == a.num_cols &&
                          diagonal->scalar_type() == x.scalar_type(),
                      "diagonal needs reduce='sum', a square adjacency and the dtype of x");
      loops = read<Scalar>(*diagonal);
    }
    const auto run = [&](auto reduction) {
      return spmm<decltype(reduction)>(TorchParallel{}, a, loops, read<Scalar>(x), write<Scalar>(out), width);
    };
    STD_TORCH_CHECK(reduce == "sum" || reduce == "mean" || reduce == "min" || reduce == "max", "unknown reduce");
    check_valid(reduce == "sum"    ? run(Sum{})
                : reduce == "mean" ? run(Mean{})
                : reduce == "min"  ? run(Min{})
                                   : run(Max{}));
  });
  return out;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def(
      "spmm(Tensor indptr, Tensor indices, Tensor? perm, Tensor? weight, Tensor? diagonal, Tensor x, str reduce)"
      " -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) { m.impl("spmm", EDGEWISE_BOX(&spmm_cpu)); }

}  // namespace edgewise::adapter
