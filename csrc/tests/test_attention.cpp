// attention.h against loops over the edge list, and its gradients against finite differences, on 1 to 4 threads.
#include "../core/attention.h"

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "../core/csr.h"
#include "check.h"

namespace {

using edgewise::AttentionGrad;
using edgewise::AttentionInput;
using edgewise::Csr;
using edgewise::Dropout;

constexpr int64_t kHeads = 2;
constexpr int64_t kChannels = 19;  // one full vector of lanes and a rest
constexpr int64_t kWidth = kHeads * kChannels;

struct Problem {
  int64_t num_dst;
  int64_t num_src;
  std::vector<int64_t> target;
  std::vector<int64_t> source;
  std::vector<double> query;
  std::vector<double> key;
  std::vector<double> value;
  std::vector<double> edge;
  std::vector<double> att;

  int64_t edges() const { return static_cast<int64_t>(target.size()); }

  AttentionInput<double> input(double factor, double p) const {
    return {query.data(), key.data(), value.data(), edge.data(), att.data(), kHeads, kChannels, factor, Dropout(p, 7)};
  }
};

Problem random_problem(int64_t num_dst, int64_t num_src, int64_t edges, int64_t columns, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  const auto draw = [&](int64_t count) {
    std::vector<double> values(static_cast<size_t>(count));
    for (double& v : values) v = normal(random);
    return values;
  };
  Problem problem{num_dst,
                  num_src,
                  {},
                  {},
                  draw(num_dst * columns),
                  draw(num_src * columns),
                  draw(num_src * kWidth),
                  draw(edges * columns),
                  draw(kWidth)};
  for (int64_t e = 0; e < edges; ++e) {
    problem.target.push_back(static_cast<int64_t>(random() % static_cast<unsigned>(num_dst)));
    problem.source.push_back(static_cast<int64_t>(random() % static_cast<unsigned>(num_src)));
  }
  return problem;
}

struct Rows {
  std::vector<int64_t> indptr;
  std::vector<int32_t> indices;
  std::vector<int32_t> perm;
  int64_t columns;

  Csr<double, int32_t> csr() const {
    const auto edges = static_cast<int64_t>(indices.size());
    return {indptr.data(), indices.data(), perm.data(), nullptr, static_cast<int64_t>(indptr.size()) - 1,
            columns,       edges,          edges};
  }
};

Rows grouped(const std::vector<int64_t>& by, const std::vector<int64_t>& other, int64_t rows, int64_t columns) {
  Rows out{std::vector<int64_t>(static_cast<size_t>(rows) + 1), std::vector<int32_t>(by.size()),
           std::vector<int32_t>(by.size()), columns};
  edgewise::sort_edges(edgewise::Serial{}, by.data(), other.data(), static_cast<int64_t>(by.size()), rows,
                       out.indptr.data(), out.indices.data(), out.perm.data());
  return out;
}

struct Result {
  std::vector<double> out;
  std::vector<double> row_max;
  std::vector<double> row_sum;
};

template <class Score, class Parallel>
Result forward(const Parallel& parallel, const Problem& problem, double factor, double p) {
  const Rows rows = grouped(problem.target, problem.source, problem.num_dst, problem.num_src);
  Result result{std::vector<double>(static_cast<size_t>(problem.num_dst * kWidth)),
                std::vector<double>(static_cast<size_t>(problem.num_dst * kHeads)),
                std::vector<double>(static_cast<size_t>(problem.num_dst * kHeads))};
  CHECK(edgewise::attention<Score>(parallel, rows.csr(), problem.input(factor, p), result.out.data(),
                                   result.row_max.data(), result.row_sum.data()));
  return result;
}

// The definition: all scores of a destination, their softmax, the sum.
template <class Score>
std::vector<double> by_hand(const Problem& problem, double factor, double p) {
  const auto in = problem.input(factor, p);
  std::vector<double> out(static_cast<size_t>(problem.num_dst * kWidth), 0.0);
  for (int64_t i = 0; i < problem.num_dst; ++i) {
    for (int64_t h = 0; h < kHeads; ++h) {
      double sum = 0;
      for (int64_t e = 0; e < problem.edges(); ++e) {
        if (problem.target[static_cast<size_t>(e)] != i) continue;
        const edgewise::Ends at{i, problem.source[static_cast<size_t>(e)], e};
        const double weight = std::exp(Score::score(in, at, h));
        sum += weight;
        const double kept = edgewise::keep<double>(in.dropout, in.dropout.row(e), h);
        for (int64_t f = h * kChannels; f < (h + 1) * kChannels; ++f) {
          const double joined = Score::kEdgeHasValue ? in.edge[at.edge * kWidth + f] : 0;
          out[static_cast<size_t>(i * kWidth + f)] += weight * kept * (in.value[at.source * kWidth + f] + joined);
        }
      }
      for (int64_t f = h * kChannels; sum > 0 && f < (h + 1) * kChannels; ++f) {
        out[static_cast<size_t>(i * kWidth + f)] /= sum;
      }
    }
  }
  return out;
}

double loss(const std::vector<double>& out, const std::vector<double>& grad) {
  double total = 0;
  for (size_t n = 0; n < out.size(); ++n) total += out[n] * grad[n];
  return total;
}

struct Gradients {
  std::vector<double> query;
  std::vector<double> key;
  std::vector<double> value;
  std::vector<double> edge;
  std::vector<double> att;
};

template <class Score, class Parallel>
Gradients backward(const Parallel& parallel, const Problem& problem, double factor, double p, const Result& result,
                   const std::vector<double>& grad) {
  const Rows rows = grouped(problem.target, problem.source, problem.num_dst, problem.num_src);
  const Rows back = grouped(problem.source, problem.target, problem.num_src, problem.num_dst);
  Gradients found{std::vector<double>(problem.query.size()), std::vector<double>(problem.key.size()),
                  std::vector<double>(problem.value.size()), std::vector<double>(problem.edge.size()),
                  std::vector<double>(problem.att.size())};
  std::vector<double> scores(static_cast<size_t>(problem.edges() * kHeads));
  const bool with_att = std::is_same_v<Score, edgewise::PostAdditiveScore>;
  const AttentionGrad<double> to{found.query.data(),
                                 found.key.data(),
                                 found.value.data(),
                                 found.edge.data(),
                                 with_att ? found.att.data() : nullptr,
                                 scores.data()};
  CHECK(edgewise::attention_grad<Score>(parallel, rows.csr(), back.csr(), problem.input(factor, p), result.out.data(),
                                        result.row_max.data(), result.row_sum.data(), grad.data(), to));
  return found;
}

template <class Score>
void check_slope(Problem& problem, std::vector<double>& values, const std::vector<double>& found, double factor,
                 double p, const std::vector<double>& grad) {
  constexpr double kStep = 1e-6;
  for (size_t n = 0; n < values.size(); n += 1 + values.size() / 40) {
    const double before = values[n];
    values[n] = before + kStep;
    const double above = loss(by_hand<Score>(problem, factor, p), grad);
    values[n] = before - kStep;
    const double below = loss(by_hand<Score>(problem, factor, p), grad);
    values[n] = before;
    CHECK(std::fabs((above - below) / (2 * kStep) - found[n]) < 1e-5 * (1 + std::fabs(found[n])));
  }
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

template <class Score>
void check(int64_t columns, double factor, double p) {
  Problem problem = random_problem(13, 11, 300, columns, 3);
  const Result result = forward<Score>(edgewise::Serial{}, problem, factor, p);
  const std::vector<double> expected = by_hand<Score>(problem, factor, p);
  for (size_t n = 0; n < expected.size(); ++n) CHECK(std::fabs(result.out[n] - expected[n]) < 1e-12);

  const std::vector<double> grad = random_problem(13, 13, 0, 1, 5).value;
  const Gradients found = backward<Score>(edgewise::Serial{}, problem, factor, p, result, grad);
  check_slope<Score>(problem, problem.query, found.query, factor, p, grad);
  check_slope<Score>(problem, problem.key, found.key, factor, p, grad);
  check_slope<Score>(problem, problem.value, found.value, factor, p, grad);
  check_slope<Score>(problem, problem.edge, found.edge, factor, p, grad);
  if (std::is_same_v<Score, edgewise::PostAdditiveScore>) {
    check_slope<Score>(problem, problem.att, found.att, factor, p, grad);
  }
  for (int64_t threads = 2; threads <= 4; ++threads) {
    const Result again = forward<Score>(ThreadParallel{threads}, problem, factor, p);
    CHECK(same_bits(result.out, again.out));
    const Gradients same = backward<Score>(ThreadParallel{threads}, problem, factor, p, again, grad);
    CHECK(same_bits(found.query, same.query) && same_bits(found.key, same.key) && same_bits(found.value, same.value));
    CHECK(same_bits(found.edge, same.edge) && same_bits(found.att, same.att));
  }
}

void exponential_is_exact_enough() {
  for (int n = -8700; n <= 8800; ++n) {
    const float x = static_cast<float>(n) / 100.0F;
    const double expected = std::exp(static_cast<double>(x));
    CHECK(std::fabs(edgewise::exponential(x) - expected) <= 3e-7 * expected);
  }
  CHECK(edgewise::exponential(0.0F) == 1.0F);
  CHECK(edgewise::exponential(-INFINITY) == 0.0F);
  CHECK(std::isinf(edgewise::exponential(100.0F)));
  CHECK(std::isnan(edgewise::exponential(NAN)));
}

void a_broken_matrix_is_refused() {
  const Problem problem = random_problem(3, 3, 4, kHeads, 1);
  Rows rows = grouped(problem.target, problem.source, 3, 3);
  rows.indices[2] = 99;
  std::vector<double> out(3 * kWidth);
  std::vector<double> row_max(3 * kHeads);
  std::vector<double> row_sum(3 * kHeads);
  CHECK(!edgewise::attention<edgewise::AdditiveScore>(edgewise::Serial{}, rows.csr(), problem.input(0.2, 0), out.data(),
                                                      row_max.data(), row_sum.data()));
}

}  // namespace

int main() {
  exponential_is_exact_enough();
  for (const double p : {0.0, 0.4}) {
    check<edgewise::AdditiveScore>(kHeads, 0.2, p);
    check<edgewise::PostAdditiveScore>(kWidth, 0.2, p);
    check<edgewise::DotScore>(kWidth, 0.25, p);
  }
  a_broken_matrix_is_refused();
  return 0;
}
