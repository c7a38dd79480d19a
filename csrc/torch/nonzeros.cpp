// count_nonzeros, write_nonzeros: from a dense matrix to the rows of a sparse one.
#include "../core/nonzeros.h"

#include <tuple>

#include "adapter.h"

namespace edgewise::adapter {
namespace {

Tensor count_nonzeros_cpu(const Tensor& x) {
  check_dense(x, 2, "x");
  STD_TORCH_CHECK(x.size(1) <= INT32_MAX, "x must have fewer than 2^31 columns");
  Tensor indptr = torch::stable::new_empty(x, {x.size(0) + 1}, ScalarType::Long);
  dispatch_scalar(x, [&](auto scalar) {
    using Scalar = decltype(scalar);
    count_nonzeros(TorchParallel{}, read<Scalar>(x), x.size(0), x.size(1), write<int64_t>(indptr));
  });
  return indptr;
}

std::tuple<Tensor, Tensor> write_nonzeros_cpu(const Tensor& x, const Tensor& indptr, int64_t count) {
  check_dense(x, 2, "x");
  check_dense(indptr, 1, "indptr");
  STD_TORCH_CHECK(indptr.numel() == x.size(0) + 1 && indptr.scalar_type() == ScalarType::Long && x.size(1) <= INT32_MAX,
                  "indptr must be int64 [rows + 1]");
  const int64_t* starts = read<int64_t>(indptr);
  STD_TORCH_CHECK(starts[0] == 0 && starts[x.size(0)] == count && std::is_sorted(starts, starts + indptr.numel()),
                  "indptr must rise from 0 to count");
  Tensor indices = torch::stable::new_empty(x, {count}, ScalarType::Int);
  Tensor values = torch::stable::new_empty(x, {count}, x.scalar_type());
  dispatch_scalar(x, [&](auto scalar) {
    using Scalar = decltype(scalar);
    STD_TORCH_CHECK(write_nonzeros(TorchParallel{}, read<Scalar>(x), x.size(0), x.size(1), starts,
                                   write<int32_t>(indices), write<Scalar>(values)),
                    "x has changed since its entries were counted");
  });
  return {indices, values};
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def("count_nonzeros(Tensor x) -> Tensor");
  m.def("write_nonzeros(Tensor x, Tensor indptr, int count) -> (Tensor, Tensor)");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) {
  m.impl("count_nonzeros", TORCH_BOX(&count_nonzeros_cpu));
  m.impl("write_nonzeros", TORCH_BOX(&write_nonzeros_cpu));
}

}  // namespace edgewise::adapter
