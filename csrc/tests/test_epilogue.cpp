// epilogue.h, scatter.h and nonzeros.h against plain loops, on 1 to 4 threads.
#include "../core/epilogue.h"

#include <cmath>
#include <random>
#include <vector>

#include "../core/nonzeros.h"
#include "../core/scatter.h"
#include "check.h"

namespace {

using edgewise::Dropout;

std::vector<float> normals(int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) v = normal(random);
  return values;
}

template <class Act>
void check_epilogue(double p) {
  constexpr int64_t kRows = 1100;  // more than two blocks of the bias's gradient
  constexpr int64_t kWidth = 21;
  const auto x = normals(kRows * kWidth, 1);
  const auto bias = normals(kWidth, 2);
  const auto grad = normals(kRows * kWidth, 3);
  const Dropout dropout(p, 5);
  std::vector<float> out(x.size());
  edgewise::epilogue<Act>(edgewise::Serial{}, x.data(), bias.data(), out.data(), kRows, kWidth, dropout);
  for (int64_t n = 0; n < kRows * kWidth; ++n) {
    const bool dropped = p > 0 && dropout.row(n / kWidth)(static_cast<uint32_t>(n % kWidth)) < dropout.threshold;
    const float value = Act::value(x[static_cast<size_t>(n)] + bias[static_cast<size_t>(n % kWidth)]);
    const float expected = dropped ? 0.0F : value * static_cast<float>(dropout.scale);
    CHECK(std::fabs(out[static_cast<size_t>(n)] - expected) <= 1e-6F * (1 + std::fabs(expected)));
  }
  std::vector<float> grad_x(x.size());
  std::vector<float> grad_bias(kWidth);
  edgewise::epilogue_grad<Act>(edgewise::Serial{}, grad.data(), out.data(), grad_x.data(), grad_bias.data(), kRows,
                               kWidth, dropout);
  for (int64_t threads = 2; threads <= 4; ++threads) {
    const ThreadParallel parallel{threads};
    std::vector<float> again = x;
    edgewise::epilogue<Act>(parallel, again.data(), bias.data(), again.data(), kRows, kWidth, dropout);
    CHECK(again == out);
    std::vector<float> same_x(x.size());
    std::vector<float> same_bias(kWidth);
    edgewise::epilogue_grad<Act>(parallel, grad.data(), out.data(), same_x.data(), same_bias.data(), kRows, kWidth,
                                 dropout);
    CHECK(same_x == grad_x && same_bias == grad_bias);
  }
}

void check_scatter() {
  constexpr int64_t kRows = 9;
  constexpr int64_t kWidth = 35;
  constexpr int64_t kCount = 200;
  std::mt19937 random(4);
  std::vector<int32_t> index(kCount);
  for (int32_t& row : index) row = static_cast<int32_t>(random() % kRows);
  const auto rows = normals(kCount * kWidth, 5);
  std::vector<float> expected(kRows * kWidth, 1.0F);
  for (size_t k = 0; k < kCount; ++k) {
    for (size_t f = 0; f < kWidth; ++f) expected[static_cast<size_t>(index[k]) * kWidth + f] += rows[k * kWidth + f];
  }
  for (int64_t threads = 1; threads <= 4; ++threads) {
    std::vector<float> out(kRows * kWidth, 1.0F);
    edgewise::add_rows(ThreadParallel{threads}, rows.data(), index.data(), kCount, out.data(), kWidth);
    CHECK(out == expected);
  }
}

void check_nonzeros() {
  constexpr int64_t kRows = 50;
  constexpr int64_t kWidth = 33;
  std::vector<float> x = normals(kRows * kWidth, 6);
  for (size_t n = 0; n < x.size(); ++n) x[n] = n % 7 == 0 ? x[n] : (n % 2 == 0 ? 0.0F : -0.0F);
  for (int64_t threads = 1; threads <= 4; ++threads) {
    const ThreadParallel parallel{threads};
    std::vector<int64_t> indptr(kRows + 1);
    edgewise::count_nonzeros(parallel, x.data(), kRows, kWidth, indptr.data());
    std::vector<int32_t> indices(static_cast<size_t>(indptr[kRows]));
    std::vector<float> values(indices.size());
    CHECK(edgewise::write_nonzeros(parallel, x.data(), kRows, kWidth, indptr.data(), indices.data(), values.data()));
    std::vector<float> dense(x.size(), 0.0F);
    for (int64_t row = 0; row < kRows; ++row) {
      for (int64_t k = indptr[static_cast<size_t>(row)]; k < indptr[static_cast<size_t>(row) + 1]; ++k) {
        dense[static_cast<size_t>(row * kWidth + indices[static_cast<size_t>(k)])] = values[static_cast<size_t>(k)];
      }
    }
    CHECK(dense == x);
    std::vector<float> changed = x;
    changed[1] = 3.0F;  // one entry more than was counted
    CHECK(!edgewise::write_nonzeros(parallel, changed.data(), kRows, kWidth, indptr.data(), indices.data(),
                                    values.data()));
    changed = x;
    changed[0] = 0.0F;  // one entry less
    CHECK(!edgewise::write_nonzeros(parallel, changed.data(), kRows, kWidth, indptr.data(), indices.data(),
                                    values.data()));
  }
}

}  // namespace

int main() {
  for (const double p : {0.0, 0.3, 1.0}) {
    check_epilogue<edgewise::Identity>(p);
    check_epilogue<edgewise::Relu>(p);
    check_epilogue<edgewise::LeakyRelu>(p);
    check_epilogue<edgewise::Elu>(p);
    check_epilogue<edgewise::Tanh>(p);
  }
  check_scatter();
  check_nonzeros();
  return 0;
}
