// segment.h against loops over one segment and feature at a time, on 1 to 4 threads.
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "../core/segment.h"
#include "check.h"

namespace {

using edgewise::SegmentData;
using edgewise::Segments;
using Numbers = std::vector<double>;

// Members in any order; segments of 0, 1, a few and, for the first, more members than one block of exponentials holds.
struct Example {
  std::vector<int64_t> indptr{0};
  std::vector<int32_t> position;
  std::vector<int64_t> wide;
  int64_t width;
  std::vector<float> src;
  std::vector<float> grad;  // as many rows as members: enough for segments, too

  explicit Example(int64_t features) : width(features) {
    for (const int64_t members : {1500, 0, 1, 2, 7, 40, 0, 3}) indptr.push_back(indptr.back() + members);
    std::mt19937 random(1);
    for (int64_t k = 0; k < indptr.back(); ++k) position.push_back(static_cast<int32_t>(k));
    std::shuffle(position.begin(), position.end(), random);
    wide.assign(position.begin(), position.end());
    const auto draw = [&random] { return static_cast<float>(random() % 2001) / 1000.0F - 1.0F; };
    for (int64_t n = 0; n < indptr.back() * width; ++n) {
      src.push_back(draw());
      grad.push_back(draw());
    }
  }

  int64_t segments() const { return static_cast<int64_t>(indptr.size()) - 1; }
  int64_t members() const { return indptr.back(); }
  Segments unsorted() const { return {indptr.data(), position.data(), nullptr, segments(), members(), members()}; }
  Segments unsorted_wide() const { return {indptr.data(), nullptr, wide.data(), segments(), members(), members()}; }
  Segments sorted() const { return {indptr.data(), nullptr, nullptr, segments(), members(), members()}; }
};

// Called with the members of a segment and feature, and the gradient of it (one number, or one a member).
using Slow = std::function<Numbers(const Numbers& x, const Numbers& grad)>;

enum class Rows { kSegments, kMembers };

std::vector<double> slowly(const Example& example, const Segments& s, Rows grad_rows, Rows out_rows, const Slow& slow) {
  const int64_t rows = out_rows == Rows::kMembers ? example.members() : example.segments();
  std::vector<double> out(static_cast<size_t>(rows * example.width));
  for (int64_t i = 0; i < example.segments(); ++i) {
    for (int64_t f = 0; f < example.width; ++f) {
      Numbers x;
      Numbers grad;
      for (int64_t k = s.indptr[i]; k < s.indptr[i + 1]; ++k) {
        x.push_back(example.src[static_cast<size_t>(s.position(k) * example.width + f)]);
        grad.push_back(example.grad[static_cast<size_t>(s.position(k) * example.width + f)]);
      }
      if (grad_rows == Rows::kSegments) grad = {example.grad[static_cast<size_t>(i * example.width + f)]};
      const Numbers result = slow(x, grad);
      for (size_t n = 0; n < result.size(); ++n) {
        const int64_t row = out_rows == Rows::kMembers ? s.position(s.indptr[i] + static_cast<int64_t>(n)) : i;
        out[static_cast<size_t>(row * example.width + f)] = result[n];
      }
    }
  }
  return out;
}

bool close(float mine, double other) {
  if (std::isinf(other)) return static_cast<double>(mine) == other;
  return std::abs(static_cast<double>(mine) - other) <= 1e-4 * (1.0 + std::abs(other));
}

template <class Operator>
void test(Operator op, int64_t width, bool with_grad, Rows grad_rows, Rows out_rows, const Slow& slow) {
  const Example example(width);
  for (const Segments& s : {example.sorted(), example.unsorted(), example.unsorted_wide()}) {
    const std::vector<double> expected = slowly(example, s, grad_rows, out_rows, slow);
    std::vector<float> first;
    for (int64_t threads = 1; threads <= 4; ++threads) {
      std::vector<float> out(expected.size(), std::numeric_limits<float>::quiet_NaN());
      const SegmentData<float> data{example.src.data(), with_grad ? example.grad.data() : nullptr, out.data(), width};
      CHECK(edgewise::segment(ThreadParallel{threads}, op, s, data));
      for (size_t n = 0; n < out.size(); ++n) CHECK(close(out[n], expected[n]));
      if (threads == 1) first = out;
      CHECK(out == first);
    }
  }
}

double sum(const Numbers& x) {
  double total = 0;
  for (const double value : x) total += value;
  return total;
}

double mean(const Numbers& x) { return x.empty() ? 0 : sum(x) / static_cast<double>(x.size()); }

double variance(const Numbers& x) {
  const double center = mean(x);
  Numbers squares;
  for (const double value : x) squares.push_back((value - center) * (value - center));
  return mean(squares);
}

double product(const Numbers& x, size_t without) {
  double total = 1;
  for (size_t n = 0; n < x.size(); ++n) total *= n == without ? 1.0 : x[n];
  return total;
}

double total_exp(const Numbers& x) {
  double total = 0;
  for (const double value : x) total += std::exp(value);
  return total;
}

// The slow form of an operator that gives each member a number: of(x, grad) answers what it is for member n.
template <class Of>
Slow for_each_member(const Of& of) {
  return [of](const Numbers& x, const Numbers& grad) {
    Numbers out;
    const auto value = of(x, grad);
    for (size_t n = 0; n < x.size(); ++n) out.push_back(value(n));
    return out;
  };
}

void test_forward(int64_t width) {
  const auto reduce = [&](auto op, const auto& of) {
    test(op, width, false, Rows::kSegments, Rows::kSegments,
         [&of](const Numbers& x, const Numbers&) { return Numbers{of(x)}; });
  };
  reduce(edgewise::Fold<edgewise::Sum>{}, sum);
  reduce(edgewise::Fold<edgewise::Mean>{}, mean);
  reduce(edgewise::Fold<edgewise::Product>{}, [](const Numbers& x) { return product(x, x.size()); });
  reduce(edgewise::Fold<edgewise::Max>{},
         [](const Numbers& x) { return x.empty() ? 0 : *std::max_element(x.begin(), x.end()); });
  reduce(edgewise::Fold<edgewise::Min>{},
         [](const Numbers& x) { return x.empty() ? 0 : *std::min_element(x.begin(), x.end()); });
  reduce(edgewise::Variance{false}, variance);
  reduce(edgewise::Variance{true}, [](const Numbers& x) { return variance(x) > 1e-5 ? std::sqrt(variance(x)) : 0; });
  reduce(edgewise::LogSumExp{}, [](const Numbers& x) { return std::log(total_exp(x)); });
  test(edgewise::Softmax{}, width, false, Rows::kSegments, Rows::kMembers,
       for_each_member([](const Numbers& x, const Numbers&) {
         return [&x, total = total_exp(x)](size_t n) { return std::exp(x[n]) / total; };
       }));
}

void test_backward(int64_t width) {
  const auto gradient = [&](auto op, const auto& of) {
    test(op, width, true, Rows::kSegments, Rows::kMembers, for_each_member([&of](const Numbers& x, const Numbers& g) {
           return [factor = of(x), grad = g[0]](size_t n) { return grad * factor(n); };
         }));
  };
  gradient(edgewise::Spread<edgewise::Sum>{}, [](const Numbers&) { return [](size_t) { return 1.0; }; });
  gradient(edgewise::Spread<edgewise::Mean>{},
           [](const Numbers& x) { return [count = static_cast<double>(x.size())](size_t) { return 1.0 / count; }; });
  gradient(edgewise::ExtremeGrad<edgewise::Max>{}, [](const Numbers& x) {
    const double best = x.empty() ? 0 : *std::max_element(x.begin(), x.end());
    const auto ties = static_cast<double>(std::count(x.begin(), x.end(), best));
    return [&x, best, ties](size_t n) { return x[n] == best ? 1.0 / ties : 0.0; };
  });
  gradient(edgewise::ProductGrad{}, [](const Numbers& x) { return [&x](size_t n) { return product(x, n); }; });
  const auto centered = [](const Numbers& x, double factor) {
    return [&x, center = mean(x), scale = factor / static_cast<double>(x.size())](size_t n) {
      return scale * (x[n] - center);
    };
  };
  gradient(edgewise::VarianceGrad{false}, [&](const Numbers& x) { return centered(x, 2); });
  gradient(edgewise::VarianceGrad{true},
           [&](const Numbers& x) { return centered(x, variance(x) > 1e-5 ? 1 / std::sqrt(variance(x)) : 0); });
  gradient(edgewise::Softmax{},
           [](const Numbers& x) { return [&x, total = total_exp(x)](size_t n) { return std::exp(x[n]) / total; }; });
  test(edgewise::SoftmaxGrad{}, width, true, Rows::kMembers, Rows::kMembers,
       for_each_member([](const Numbers& y, const Numbers& g) {
         double dot = 0;
         for (size_t m = 0; m < y.size(); ++m) dot += y[m] * g[m];
         return [&y, &g, dot](size_t n) { return y[n] * (g[n] - dot); };
       }));
}

void test_product_with_zeros() {
  const std::vector<int64_t> indptr{0, 3, 6, 8};
  const std::vector<float> src{2, 0, 3, 0, 5, 0, 1e-30F, 1e-30F};
  const std::vector<float> grad{1, 1, 1};
  std::vector<float> out(8);
  const Segments s{indptr.data(), nullptr, nullptr, 3, 8, 8};
  CHECK(edgewise::segment(edgewise::Serial{}, edgewise::ProductGrad{}, s,
                          SegmentData<float>{src.data(), grad.data(), out.data(), 1}));
  CHECK(out == (std::vector<float>{0, 6, 0, 0, 0, 0, 1e-30F, 1e-30F}));
}

void test_broken_segments_are_refused() {
  const Example good(3);
  std::vector<float> out(good.src.size());
  const SegmentData<float> data{good.src.data(), good.grad.data(), out.data(), 3};
  const auto run = [&](const Segments& s) {
    return edgewise::segment(edgewise::Serial{}, edgewise::VarianceGrad{true}, s, data);
  };
  CHECK(run(good.unsorted()) && run(good.unsorted_wide()) && run(good.sorted()));
  const int64_t members = good.members();
  for (const int64_t wrong : {int64_t{-1}, members, int64_t{std::numeric_limits<int32_t>::max()}}) {
    Example broken = good;
    broken.position[17] = static_cast<int32_t>(wrong);
    broken.wide[17] = wrong;
    CHECK(!run(broken.unsorted()) && !run(broken.unsorted_wide()));
  }
  Example broken = good;
  broken.indptr[4] = 100000;
  CHECK(!run(broken.sorted()));
  broken.indptr[4] = -1;
  CHECK(!run(broken.sorted()));
}

}  // namespace

int main() {
  for (const int64_t width : {0, 1, 3, 16, 85}) {
    test_forward(width);
    test_backward(width);
  }
  test_product_with_zeros();
  test_broken_segments_are_refused();
}
