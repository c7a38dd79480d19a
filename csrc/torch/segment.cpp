// Reductions and softmax over segments, forward and backward.
#include "../core/segment.h"

#include <string>

#include "adapter.h"
#include "box.h"

namespace edgewise::adapter {
namespace {

Segments as_segments(const Tensor& indptr, const OptionalTensor& perm, int64_t num_values) {
  check_dense(indptr, 1, "indptr");
  STD_TORCH_CHECK(indptr.numel() >= 1 && indptr.scalar_type() == ScalarType::Long, "indptr must be int64 [rows + 1]");
  Segments segments{read<int64_t>(indptr), nullptr, nullptr, indptr.numel() - 1, num_values, num_values};
  if (perm) {
    check_dense(*perm, 1, "perm");
    STD_TORCH_CHECK(perm->numel() <= num_values, "perm must name rows of src, each once");
    segments.num_members = perm->numel();
    if (perm->scalar_type() == ScalarType::Int) {
      segments.narrow = read<int32_t>(*perm);
    } else {
      STD_TORCH_CHECK(perm->scalar_type() == ScalarType::Long, "perm must be int32 or int64");
      segments.wide = read<int64_t>(*perm);
    }
  }
  return segments;
}

template <class Operator>
void run(Operator op, const Tensor& indptr, const OptionalTensor& perm, const Tensor* src, const Tensor* grad,
         const Tensor& out, int64_t num_values) {
  const Segments segments = as_segments(indptr, perm, num_values);
  dispatch_scalar(out, [&](auto scalar) {
    using Scalar = decltype(scalar);
    const SegmentData<Scalar> data{src ? read<Scalar>(*src) : nullptr, grad ? read<Scalar>(*grad) : nullptr,
                                   write<Scalar>(out), out.size(1)};
    check_valid(segment(TorchParallel{}, op, segments, data));
  });
}

// A row a member; those that belong to no segment are 0.
Tensor new_members(const Tensor& like, const OptionalTensor& perm, int64_t num_values) {
  Tensor out = new_rows(like, num_values, like.size(1));
  if (perm && perm->numel() < num_values) torch::stable::zero_(out);
  return out;
}

Tensor segment_reduce_cpu(const Tensor& indptr, const OptionalTensor& perm, const Tensor& src,
                          const std::string& reduce) {
  check_dense(src, 2, "src");
  Tensor out = new_rows(src, indptr.numel() - 1, src.size(1));
  const auto by = [&](auto op) { run(op, indptr, perm, &src, nullptr, out, src.size(0)); };
  if (reduce == "sum") {
    by(Fold<Sum>{});
  } else if (reduce == "mean") {
    by(Fold<Mean>{});
  } else if (reduce == "min") {
    by(Fold<Min>{});
  } else if (reduce == "max") {
    by(Fold<Max>{});
  } else if (reduce == "mul") {
    by(Fold<Product>{});
  } else if (reduce == "var" || reduce == "std") {
    by(Variance{reduce == "std"});
  } else {
    STD_TORCH_CHECK(reduce == "logsumexp", "unknown reduce");
    by(LogSumExp{});
  }
  return out;
}

// `like` has as many rows as the result: a number would be a constant to a compiler.
Tensor segment_spread_cpu(const Tensor& indptr, const OptionalTensor& perm, const Tensor& grad, const Tensor& like,
                          const std::string& reduce) {
  check_rows(grad, indptr.numel() - 1, grad.size(1), grad.scalar_type(), "grad");
  STD_TORCH_CHECK(reduce == "sum" || reduce == "mean", "unknown reduce");
  const int64_t num_values = like.size(0);
  Tensor out = new_members(grad, perm, num_values);
  if (reduce == "sum") {
    run(Spread<Sum>{}, indptr, perm, nullptr, &grad, out, num_values);
  } else {
    run(Spread<Mean>{}, indptr, perm, nullptr, &grad, out, num_values);
  }
  return out;
}

Tensor segment_reduce_grad_cpu(const Tensor& indptr, const OptionalTensor& perm, const Tensor& src, const Tensor& grad,
                               const std::string& reduce) {
  check_dense(src, 2, "src");
  check_rows(grad, indptr.numel() - 1, src.size(1), src.scalar_type(), "grad");
  Tensor out = new_members(src, perm, src.size(0));
  const auto by = [&](auto op) { run(op, indptr, perm, &src, &grad, out, src.size(0)); };
  if (reduce == "min") {
    by(ExtremeGrad<Min>{});
  } else if (reduce == "max") {
    by(ExtremeGrad<Max>{});
  } else if (reduce == "mul") {
    by(ProductGrad{});
  } else if (reduce == "var" || reduce == "std") {
    by(VarianceGrad{reduce == "std"});
  } else {
    STD_TORCH_CHECK(reduce == "logsumexp", "unknown reduce");
    by(Softmax{});
  }
  return out;
}

Tensor segment_softmax_cpu(const Tensor& indptr, const OptionalTensor& perm, const Tensor& src) {
  check_dense(src, 2, "src");
  Tensor out = new_members(src, perm, src.size(0));
  run(Softmax{}, indptr, perm, &src, nullptr, out, src.size(0));
  return out;
}

Tensor segment_softmax_grad_cpu(const Tensor& indptr, const OptionalTensor& perm, const Tensor& out,
                                const Tensor& grad) {
  check_dense(out, 2, "out");
  check_rows(grad, out.size(0), out.size(1), out.scalar_type(), "grad");
  Tensor grad_src = new_members(out, perm, out.size(0));
  run(SoftmaxGrad{}, indptr, perm, &out, &grad, grad_src, out.size(0));
  return grad_src;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def("segment_reduce(Tensor indptr, Tensor? perm, Tensor src, str reduce) -> Tensor");
  m.def("segment_spread(Tensor indptr, Tensor? perm, Tensor grad, Tensor like, str reduce) -> Tensor");
  m.def("segment_reduce_grad(Tensor indptr, Tensor? perm, Tensor src, Tensor grad, str reduce) -> Tensor");
  m.def("segment_softmax(Tensor indptr, Tensor? perm, Tensor src) -> Tensor");
  m.def("segment_softmax_grad(Tensor indptr, Tensor? perm, Tensor out, Tensor grad) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) {
  m.impl("segment_reduce", EDGEWISE_BOX(&segment_reduce_cpu));
  m.impl("segment_spread", EDGEWISE_BOX(&segment_spread_cpu));
  m.impl("segment_reduce_grad", EDGEWISE_BOX(&segment_reduce_grad_cpu));
  m.impl("segment_softmax", EDGEWISE_BOX(&segment_softmax_cpu));
  m.impl("segment_softmax_grad", EDGEWISE_BOX(&segment_softmax_grad_cpu));
}

}  // namespace edgewise::adapter
