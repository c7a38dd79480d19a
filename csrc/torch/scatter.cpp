// add_rows_: adds rows to those that an index names.
#include "../core/scatter.h"

#include <algorithm>

#include "adapter.h"

namespace edgewise::adapter {
namespace {

void add_rows_cpu(const Tensor& out, const Tensor& index, const Tensor& rows) {
  check_dense(out, 2, "out");
  check_dense(index, 1, "index");
  check_rows(rows, index.numel(), out.size(1), out.scalar_type(), "rows");
  dispatch(out, index, [&](auto scalar, auto kind) {
    using Scalar = decltype(scalar);
    using Index = decltype(kind);
    const Index* to = read<Index>(index);
    const bool inside = std::all_of(to, to + index.numel(), [&](Index row) { return row >= 0 && row < out.size(0); });
    STD_TORCH_CHECK(inside, "index must lie in the rows of out");
    add_rows(TorchParallel{}, read<Scalar>(rows), to, index.numel(), write<Scalar>(out), out.size(1));
  });
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) { m.def("add_rows_(Tensor(a!) out, Tensor index, Tensor rows) -> ()"); }

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) { m.impl("add_rows_", TORCH_BOX(&add_rows_cpu)); }

}  // namespace edgewise::adapter
