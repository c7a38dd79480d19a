// csr.h, spmm.h, sddmm.h and extreme.h against loops over the edge list, on 1 to 4 threads.
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "../core/csr.h"
#include "../core/extreme.h"
#include "../core/sddmm.h"
#include "../core/spmm.h"
#include "check.h"

namespace {

using edgewise::Csr;

struct Graph {
  int64_t rows;
  int64_t columns;
  std::vector<int64_t> row;
  std::vector<int64_t> column;
  std::vector<float> weight;

  int64_t edges() const { return static_cast<int64_t>(row.size()); }
};

Graph random_graph(int64_t rows, int64_t columns, int64_t edges, unsigned seed) {
  std::mt19937 random(seed);
  Graph graph{rows, columns, {}, {}, {}};
  for (int64_t e = 0; e < edges; ++e) {
    graph.row.push_back(static_cast<int64_t>(random() % static_cast<unsigned>(rows)));
    graph.column.push_back(static_cast<int64_t>(random() % static_cast<unsigned>(columns)));
    graph.weight.push_back(static_cast<float>(random() % 7) - 3.0F);
  }
  return graph;
}

std::vector<float> random_features(int64_t rows, int64_t width, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> x(static_cast<size_t>(rows * width));
  for (float& value : x) value = static_cast<float>(random() % 9) - 4.0F;  // small integers: sums are exact
  return x;
}

template <class Index>
struct Sorted {
  std::vector<int64_t> indptr;
  std::vector<Index> indices;
  std::vector<Index> perm;

  Csr<float, Index> csr(const Graph& graph) const {
    return {indptr.data(), indices.data(), perm.data(),   graph.weight.data(),
            graph.rows,    graph.columns,  graph.edges(), graph.edges()};
  }
};

template <class Index, class Parallel>
Sorted<Index> sorted(const Parallel& parallel, const Graph& graph, const std::vector<int64_t>& key,
                     const std::vector<int64_t>& other, int64_t rows) {
  const auto edges = static_cast<size_t>(graph.edges());
  Sorted<Index> out{std::vector<int64_t>(static_cast<size_t>(rows + 1)), std::vector<Index>(edges),
                    std::vector<Index>(edges)};
  edgewise::sort_edges(parallel, key.data(), other.data(), graph.edges(), rows, out.indptr.data(), out.indices.data(),
                       out.perm.data());
  return out;
}

void test_sort_is_stable() {
  const Graph graph = random_graph(50, 40, 100000, 1);
  const auto once = sorted<int32_t>(edgewise::Serial{}, graph, graph.row, graph.column, graph.rows);
  for (int64_t row = 0; row < graph.rows; ++row) {
    for (int64_t k = once.indptr[static_cast<size_t>(row)]; k < once.indptr[static_cast<size_t>(row + 1)]; ++k) {
      const auto edge = static_cast<size_t>(once.perm[static_cast<size_t>(k)]);
      CHECK(graph.row[edge] == row);
      CHECK(graph.column[edge] == once.indices[static_cast<size_t>(k)]);
      CHECK(k == once.indptr[static_cast<size_t>(row)] ||
            once.perm[static_cast<size_t>(k - 1)] < once.perm[static_cast<size_t>(k)]);
    }
  }
  for (int64_t threads = 2; threads <= 4; ++threads) {
    const auto again = sorted<int32_t>(ThreadParallel{threads}, graph, graph.row, graph.column, graph.rows);
    CHECK(again.indptr == once.indptr && again.indices == once.indices && again.perm == once.perm);
  }
}

template <class Reduce>
std::vector<float> slow_spmm(const Graph& graph, const std::vector<float>& x, int64_t width) {
  std::vector<float> out(static_cast<size_t>(graph.rows * width));
  for (int64_t row = 0; row < graph.rows; ++row) {
    for (int64_t f = 0; f < width; ++f) {
      float total = Reduce::template start<float>();
      int64_t count = 0;
      for (size_t e = 0; e < graph.row.size(); ++e) {
        if (graph.row[e] != row) continue;
        total = Reduce::combine(total, graph.weight[e] * x[static_cast<size_t>(graph.column[e] * width + f)]);
        ++count;
      }
      out[static_cast<size_t>(row * width + f)] = Reduce::finish(total, count);
    }
  }
  return out;
}

template <class Reduce, class Index>
void test_spmm(int64_t width) {
  const Graph graph = random_graph(37, 23, 150, 2);
  const std::vector<float> x = random_features(graph.columns, width, 3);
  const auto matrix = sorted<Index>(edgewise::Serial{}, graph, graph.row, graph.column, graph.rows);
  const std::vector<float> expected = slow_spmm<Reduce>(graph, x, width);
  for (int64_t threads = 1; threads <= 4; ++threads) {
    std::vector<float> out(expected.size(), std::numeric_limits<float>::quiet_NaN());
    CHECK(edgewise::spmm<Reduce>(ThreadParallel{threads}, matrix.csr(graph), static_cast<const float*>(nullptr),
                                 x.data(), out.data(), width));
    CHECK(std::memcmp(out.data(), expected.data(), out.size() * sizeof(float)) == 0);
  }
}

void test_gradients(int64_t width) {
  const Graph graph = random_graph(19, 17, 90, 4);
  const std::vector<float> x = random_features(graph.columns, width, 5);
  const std::vector<float> grad = random_features(graph.rows, width, 6);
  const auto matrix = sorted<int32_t>(edgewise::Serial{}, graph, graph.row, graph.column, graph.rows);
  const auto back = sorted<int32_t>(edgewise::Serial{}, graph, graph.column, graph.row, graph.columns);
  const std::vector<float> out = slow_spmm<edgewise::Max>(graph, x, width);
  const ThreadParallel threads{3};

  std::vector<float> dots(graph.row.size());
  CHECK(edgewise::sddmm(threads, matrix.csr(graph), grad.data(), x.data(), dots.data(), width));
  std::vector<float> share(out.size());
  CHECK(edgewise::extreme_share(threads, matrix.csr(graph), x.data(), out.data(), grad.data(), share.data(), width));
  Csr<float, int32_t> transposed{back.indptr.data(), back.indices.data(), back.perm.data(), graph.weight.data(),
                                 graph.columns,      graph.rows,          graph.edges(),    graph.edges()};
  std::vector<float> grad_x(x.size());
  CHECK(edgewise::extreme_grad(threads, transposed, x.data(), out.data(), share.data(), grad_x.data(), width));
  std::vector<float> grad_weight(graph.row.size());
  CHECK(edgewise::extreme_weight(threads, matrix.csr(graph), x.data(), out.data(), share.data(), grad_weight.data(),
                                 width));

  std::vector<float> slow_grad_x(x.size());
  for (size_t e = 0; e < graph.row.size(); ++e) {
    float dot = 0;
    float slow_grad_weight = 0;
    for (int64_t f = 0; f < width; ++f) {
      const auto at = static_cast<size_t>(graph.row[e] * width + f);
      const auto from = static_cast<size_t>(graph.column[e] * width + f);
      dot += grad[at] * x[from];
      if (graph.weight[e] * x[from] != out[at]) continue;
      float ties = 0;
      for (size_t other = 0; other < graph.row.size(); ++other) {
        const float message = graph.weight[other] * x[static_cast<size_t>(graph.column[other] * width + f)];
        ties += graph.row[other] == graph.row[e] && message == out[at] ? 1.0F : 0.0F;
      }
      slow_grad_x[from] += graph.weight[e] * grad[at] / ties;
      slow_grad_weight += grad[at] / ties * x[from];
    }
    CHECK(std::abs(dots[e] - dot) < 1e-4F);
    CHECK(std::abs(grad_weight[e] - slow_grad_weight) < 1e-4F);
  }
  for (size_t i = 0; i < x.size(); ++i) CHECK(std::abs(grad_x[i] - slow_grad_x[i]) < 1e-4F);
}

void test_broken_matrix_is_refused() {
  const Graph graph = random_graph(9, 9, 40, 7);
  const std::vector<float> x = random_features(9, 8, 8);
  std::vector<float> out(x.size());
  const auto good = sorted<int32_t>(edgewise::Serial{}, graph, graph.row, graph.column, graph.rows);
  const auto run = [&](const Sorted<int32_t>& matrix) {
    return edgewise::spmm<edgewise::Sum>(edgewise::Serial{}, matrix.csr(graph), static_cast<const float*>(nullptr),
                                         x.data(), out.data(), 8);
  };
  CHECK(run(good));
  for (const int32_t wrong : {-1, 9, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()}) {
    Sorted<int32_t> broken = good;
    broken.indices[17] = wrong;
    CHECK(!run(broken));
    broken = good;
    broken.perm[17] = wrong == 9 ? 40 : wrong;
    CHECK(!run(broken));
  }
  Sorted<int32_t> broken = good;
  broken.indptr[4] = 1000;
  CHECK(!run(broken));
}

void test_empty() {
  const Graph graph{3, 0, {}, {}, {}};
  const auto matrix = sorted<int32_t>(ThreadParallel{2}, graph, graph.row, graph.column, 3);
  std::vector<float> out(12, 5.0F);
  const std::vector<float> none;
  CHECK(edgewise::spmm<edgewise::Max>(ThreadParallel{2}, matrix.csr(graph), static_cast<const float*>(nullptr),
                                      none.data(), out.data(), 4));
  for (const float value : out) CHECK(value == 0.0F);
}

}  // namespace

int main() {
  test_sort_is_stable();
  for (const int64_t width : {1, 3, 4, 16, 64, 71, 128, 205}) {
    test_spmm<edgewise::Sum, int32_t>(width);
    test_spmm<edgewise::Mean, int64_t>(width);
    test_spmm<edgewise::Max, int32_t>(width);
    test_spmm<edgewise::Min, int64_t>(width);
    test_gradients(width);
  }
  test_broken_matrix_is_refused();
  test_empty();
}
