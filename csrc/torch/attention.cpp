// attention: scores, softmax and weighted sum over the edges of each destination.
#include "../core/attention.h"

#include <string>
#include <tuple>

#include "adapter.h"
#include "box.h"

namespace edgewise::adapter {
namespace {

template <class Body>
void with_score(const std::string& score, const Body& body) {
  if (score == "additive") return body(AdditiveScore{});
  if (score == "post_additive") return body(PostAdditiveScore{});
  STD_TORCH_CHECK(score == "dot", "unknown score");
  return body(DotScore{});
}

// The features of an attention, checked to fit together.
struct Features {
  OptionalTensor query;
  Tensor key;
  Tensor value;
  OptionalTensor edge;
  OptionalTensor att;
  int64_t heads;

  int64_t width() const { return value.size(1); }

  void check(const std::string& score, int64_t num_dst, int64_t num_src, int64_t num_values) const {
    const ScalarType type = value.scalar_type();
    STD_TORCH_CHECK(heads >= 1, "heads must be at least 1");
    check_dense(value, 2, "value");
    check_rows(value, num_src, width(), type, "value");
    STD_TORCH_CHECK(width() % heads == 0, "the width of value must be a multiple of heads");
    const int64_t columns = score == "additive" ? heads : width();
    check_rows(key, num_src, columns, type, "key");
    if (query) check_rows(*query, num_dst, columns, type, "query");
    if (edge) check_rows(*edge, num_values, columns, type, "edge");
    if (att) check_rows(*att, heads, width() / heads, type, "att");
    STD_TORCH_CHECK(query || score == "additive", "this score needs query");
    STD_TORCH_CHECK(static_cast<bool>(att) == (score == "post_additive"), "att goes with post_additive alone");
  }

  template <class Scalar>
  AttentionInput<Scalar> input(double factor, Dropout dropout) const {
    return {read<Scalar>(query),
            read<Scalar>(key),
            read<Scalar>(value),
            read<Scalar>(edge),
            read<Scalar>(att),
            heads,
            width() / heads,
            static_cast<Accumulator<Scalar>>(factor),
            dropout};
  }
};

ScalarType accumulator_type(const Tensor& values) {
  return values.scalar_type() == ScalarType::Double ? ScalarType::Double : ScalarType::Float;
}

std::tuple<Tensor, Tensor, Tensor> attention_cpu(const Tensor& indptr, const Tensor& indices,
                                                 const OptionalTensor& perm, const std::string& score,
                                                 const OptionalTensor& query, const Tensor& key, const Tensor& value,
                                                 const OptionalTensor& edge, const OptionalTensor& att, int64_t heads,
                                                 double factor, double p, const OptionalTensor& seed,
                                                 int64_t num_values) {
  const Features features{query, key, value, edge, att, heads};
  const int64_t num_dst = indptr.numel() - 1;
  features.check(score, num_dst, value.size(0), num_values);
  const Dropout dropout = as_dropout(p, seed);
  Tensor out = new_rows(value, num_dst, features.width());
  Tensor row_max = torch::stable::new_empty(value, {num_dst, heads}, accumulator_type(value));
  Tensor row_sum = torch::stable::new_empty(value, {num_dst, heads}, accumulator_type(value));
  dispatch(value, indices, [&](auto scalar, auto index) {
    using Scalar = decltype(scalar);
    using Wide = Accumulator<Scalar>;
    const auto a =
        as_csr<Scalar, decltype(index)>(indptr, indices, perm, {}, value.size(0), value.scalar_type(), num_values);
    with_score(score, [&](auto kind) {
      check_valid(attention<decltype(kind)>(TorchParallel{}, a, features.input<Scalar>(factor, dropout),
                                            write<Scalar>(out), write<Wide>(row_max), write<Wide>(row_sum)));
    });
  });
  return {out, row_max, row_sum};
}

using Gradients = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;

Gradients attention_grad_cpu(const Tensor& indptr, const Tensor& indices, const OptionalTensor& perm,
                             const Tensor& t_indptr, const Tensor& t_indices, const OptionalTensor& t_perm,
                             const std::string& score, const OptionalTensor& query, const Tensor& key,
                             const Tensor& value, const OptionalTensor& edge, const OptionalTensor& att, int64_t heads,
                             double factor, double p, const OptionalTensor& seed, int64_t num_values, const Tensor& out,
                             const Tensor& row_max, const Tensor& row_sum, const Tensor& grad, bool with_edge) {
  const Features features{query, key, value, edge, att, heads};
  const int64_t num_dst = indptr.numel() - 1;
  const int64_t num_src = value.size(0);
  const int64_t num_edges = indices.numel();
  const ScalarType type = value.scalar_type();
  features.check(score, num_dst, num_src, num_values);
  check_rows(out, num_dst, features.width(), type, "out");
  check_rows(grad, num_dst, features.width(), type, "grad");
  check_rows(row_max, num_dst, heads, accumulator_type(value), "row_max");
  check_rows(row_sum, num_dst, heads, accumulator_type(value), "row_sum");
  STD_TORCH_CHECK(t_indptr.numel() - 1 == num_src && t_indices.numel() == num_edges, "the transpose has another size");
  const Dropout dropout = as_dropout(p, seed);
  const auto like = [&](const OptionalTensor& given, bool wanted) {
    return given && wanted ? new_rows(*given, given->size(0), given->size(1))
                           : torch::stable::new_empty(value, {0, 0}, type);
  };
  Tensor grad_query = like(query, true);
  Tensor grad_key = like(key, true);
  Tensor grad_value = like(value, true);
  Tensor grad_edge = like(edge, with_edge);
  if (num_values > num_edges) torch::stable::zero_(grad_edge);  // rows of edges that the adjacency leaves out
  Tensor grad_att = like(att, true);
  Tensor grad_score = torch::stable::new_empty(value, {num_values, heads}, accumulator_type(value));
  dispatch(value, indices, [&](auto scalar, auto index) {
    using Scalar = decltype(scalar);
    using Index = decltype(index);
    using Wide = Accumulator<Scalar>;
    const auto a = as_csr<Scalar, Index>(indptr, indices, perm, {}, num_src, type, num_values);
    const auto transposed = as_csr<Scalar, Index>(t_indptr, t_indices, t_perm, {}, num_dst, type, num_values);
    const AttentionGrad<Scalar> to{query ? write<Scalar>(grad_query) : nullptr,
                                   write<Scalar>(grad_key),
                                   write<Scalar>(grad_value),
                                   edge && with_edge ? write<Scalar>(grad_edge) : nullptr,
                                   att ? write<Scalar>(grad_att) : nullptr,
                                   write<Wide>(grad_score)};
    with_score(score, [&](auto kind) {
      check_valid(attention_grad<decltype(kind)>(TorchParallel{}, a, transposed,
                                                 features.input<Scalar>(factor, dropout), read<Scalar>(out),
                                                 read<Wide>(row_max), read<Wide>(row_sum), read<Scalar>(grad), to));
    });
  });
  return {grad_query, grad_key, grad_value, grad_edge, grad_att};
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def(
      "attention(Tensor indptr, Tensor indices, Tensor? perm, str score, Tensor? query, Tensor key, Tensor value,"
      " Tensor? edge, Tensor? att, int heads, float factor, float p, Tensor? seed, int num_values)"
      " -> (Tensor, Tensor, Tensor)");
  m.def(
      "attention_grad(Tensor indptr, Tensor indices, Tensor? perm, Tensor t_indptr, Tensor t_indices, Tensor? t_perm,"
      " str score, Tensor? query, Tensor key, Tensor value, Tensor? edge, Tensor? att, int heads, float factor,"
      " float p, Tensor? seed, int num_values, Tensor out, Tensor row_max, Tensor row_sum, Tensor grad, bool with_edge)"
      " -> (Tensor, Tensor, Tensor, Tensor, Tensor)");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) {
  m.impl("attention", EDGEWISE_BOX(&attention_cpu));
  m.impl("attention_grad", EDGEWISE_BOX(&attention_grad_cpu));
}

}  // namespace edgewise::adapter
