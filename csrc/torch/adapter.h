// What every adapter needs: torch's threads as a Parallel, dtype dispatch, and the last line of defence.
// User-facing checks live in Python, where the argument has a name; these guard the memory.
#pragma once

#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/ops.h>
#include <torch/csrc/stable/tensor.h>
#include <torch/headeronly/core/ScalarType.h>
#include <torch/headeronly/util/Exception.h>

#include <cstdint>
#include <optional>

#include "../core/matrix.h"
#include "../core/pages.h"
#include "../core/random.h"

namespace edgewise::adapter {

using torch::headeronly::ScalarType;
using torch::stable::Tensor;
using OptionalTensor = std::optional<Tensor>;

struct TorchParallel {
  template <class Body>
  void operator()(int64_t begin, int64_t end, int64_t grain, const Body& body) const {
    torch::stable::parallel_for(begin, end, grain, body);
  }
  int64_t threads() const { return torch::stable::get_num_threads(); }
};

inline void check_dense(const Tensor& tensor, int64_t dim, const char* name) {
  STD_TORCH_CHECK(tensor.is_cpu() && tensor.is_contiguous() && tensor.dim() == dim, name, " must be a contiguous ", dim,
                  "-dimensional CPU tensor");
}

inline void check_rows(const Tensor& tensor, int64_t rows, int64_t columns, ScalarType type, const char* name) {
  check_dense(tensor, 2, name);
  STD_TORCH_CHECK(tensor.size(0) == rows && tensor.size(1) == columns && tensor.scalar_type() == type, name,
                  " must have shape [", rows, ", ", columns, "] and the dtype of x");
}

// A new tensor [rows, columns] of the dtype of x, to be written once from end to end.
inline Tensor new_rows(const Tensor& x, int64_t rows, int64_t columns) {
  Tensor out = torch::stable::new_empty(x, {rows, columns}, x.scalar_type());
  const int64_t item = x.scalar_type() == ScalarType::Double ? 8 : x.scalar_type() == ScalarType::Float ? 4 : 2;
  prefer_huge_pages(out.mutable_data_ptr(), static_cast<size_t>(rows * columns * item));
  return out;
}

// Calls body(Scalar{}) with the number type that the tensor holds.
template <class Body>
void dispatch_scalar(const Tensor& values, const Body& body) {
  switch (values.scalar_type()) {
    case ScalarType::Float:
      return body(float{});
    case ScalarType::Double:
      return body(double{});
    case ScalarType::BFloat16:
      return body(BFloat16{});
    default:
      STD_TORCH_CHECK(values.scalar_type() == ScalarType::Half, "values must be float32, float64, bfloat16 or float16");
      return body(Half{});
  }
}

// Calls body(Index{}) with the integer type that the tensor holds.
template <class Body>
void dispatch_index(const Tensor& indices, const Body& body) {
  if (indices.scalar_type() == ScalarType::Int) return body(int32_t{});
  STD_TORCH_CHECK(indices.scalar_type() == ScalarType::Long, "indices must be int32 or int64");
  return body(int64_t{});
}

// Calls body(Scalar{}, Index{}) with the types that the tensors hold.
template <class Body>
void dispatch(const Tensor& values, const Tensor& indices, const Body& body) {
  dispatch_scalar(values, [&](auto scalar) { dispatch_index(indices, [&](auto index) { body(scalar, index); }); });
}

// The numbers in a tensor. Untyped below, because core has half types of its own, with torch's layout.
template <class Scalar>
const Scalar* read(const Tensor& tensor) {
  return static_cast<const Scalar*>(tensor.const_data_ptr());
}

template <class Scalar>
const Scalar* read(const OptionalTensor& tensor) {
  return tensor ? read<Scalar>(*tensor) : nullptr;
}

template <class Scalar>
Scalar* write(const Tensor& tensor) {
  return static_cast<Scalar*>(tensor.mutable_data_ptr());
}

// Bundles the tensors of a sparse matrix after checking that they fit together. `num_values` is how many values the
// caller keeps for edges, where that is not one for each edge of the matrix.
template <class Scalar, class Index>
Csr<Scalar, Index> as_csr(const Tensor& indptr, const Tensor& indices, const OptionalTensor& perm,
                          const OptionalTensor& weight, int64_t num_cols, ScalarType type, int64_t num_values = -1) {
  const int64_t num_edges = indices.numel();
  if (num_values < 0) num_values = num_edges;
  STD_TORCH_CHECK(num_values == num_edges || (perm && num_values > num_edges), "num_values must count every edge");
  check_dense(indptr, 1, "indptr");
  check_dense(indices, 1, "indices");
  STD_TORCH_CHECK(indptr.numel() >= 1 && indptr.scalar_type() == ScalarType::Long, "indptr must be int64 [rows + 1]");
  if (perm) {
    check_dense(*perm, 1, "perm");
    STD_TORCH_CHECK(perm->numel() == num_edges && perm->scalar_type() == indices.scalar_type(),
                    "perm must have the length and dtype of indices");
  }
  if (weight) {
    check_dense(*weight, 1, "weight");
    STD_TORCH_CHECK(weight->numel() == num_values && weight->scalar_type() == type,
                    "weight must have one number an edge, of the dtype of x");
  }
  return {read<int64_t>(indptr),
          read<Index>(indices),
          read<Index>(perm),
          read<Scalar>(weight),
          indptr.numel() - 1,
          num_cols,
          num_edges,
          num_values};
}

// Dropout with probability p; the seed is a tensor, so that it can be drawn without waiting for its value.
inline Dropout as_dropout(double p, const OptionalTensor& seed) {
  STD_TORCH_CHECK(p >= 0 && p <= 1, "p must lie in [0, 1]");
  if (p == 0) return {0, 0};
  STD_TORCH_CHECK(seed && seed->is_cpu() && seed->numel() == 1 && seed->scalar_type() == ScalarType::Long,
                  "dropout needs a seed: one int64");
  return {p, static_cast<uint64_t>(*read<int64_t>(*seed))};
}

inline void check_valid(bool valid) {
  STD_TORCH_CHECK(valid, "the adjacency is broken: indptr, indices or perm point outside of it (changed in place?)");
}

}  // namespace edgewise::adapter
