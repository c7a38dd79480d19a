// pack_rows: the rows of chosen graphs out of a table that holds those of all.
#include "../core/pack.h"

#include <cstdint>
#include <tuple>
#include <vector>

#include "adapter.h"

namespace edgewise::adapter {
namespace {

// Calls body(Item{}) with an unsigned integer as large as one entry of the tensor: copying asks for no more, and adding
// wraps around in all integers alike.
template <class Body>
void dispatch_size(const Tensor& tensor, const Body& body) {
  switch (tensor.element_size()) {
    case 1:
      return body(uint8_t{});
    case 2:
      return body(uint16_t{});
    case 4:
      return body(uint32_t{});
    default:
      STD_TORCH_CHECK(tensor.element_size() == 8, "entries must have 1, 2, 4 or 8 bytes");
      return body(uint64_t{});
  }
}

void check_table(const Tensor& rows, const Tensor& offsets, const Tensor& graphs) {
  check_dense(rows, 2, "rows");
  check_dense(offsets, 1, "offsets");
  check_dense(graphs, 1, "graphs");
  STD_TORCH_CHECK(offsets.scalar_type() == ScalarType::Long && graphs.scalar_type() == ScalarType::Long,
                  "offsets and graphs must be int64");
  STD_TORCH_CHECK(offsets.numel() >= 1, "offsets must have one entry more than there are graphs");
  const int64_t* start = read<int64_t>(offsets);
  for (int64_t n = 0; n < graphs.numel(); ++n) {
    const int64_t graph = read<int64_t>(graphs)[n];
    STD_TORCH_CHECK(graph >= 0 && graph < offsets.numel() - 1, "graphs must lie in the table");
    STD_TORCH_CHECK(0 <= start[graph] && start[graph] <= start[graph + 1] && start[graph + 1] <= rows.size(0),
                    "offsets must rise and lie in the rows");
  }
}

// What the chosen graphs before each one add up to [graphs, width].
template <class Item>
std::vector<Item> shifts_of(const Tensor& increments, const Tensor& graphs, int64_t width) {
  check_dense(increments, 2, "increments");
  const int64_t columns = increments.size(1);
  STD_TORCH_CHECK(increments.scalar_type() == ScalarType::Long && (columns == 1 || columns == width),
                  "increments must be int64 [graphs, 1 or width]");
  const int64_t* each = read<int64_t>(increments);
  std::vector<Item> shifts(static_cast<size_t>(graphs.numel() * width));
  for (int64_t f = 0; f < width; ++f) {
    int64_t total = 0;
    for (int64_t n = 0; n < graphs.numel(); ++n) {
      shifts[static_cast<size_t>(n * width + f)] = static_cast<Item>(total);
      total += each[read<int64_t>(graphs)[n] * columns + (columns == 1 ? 0 : f)];
    }
  }
  return shifts;
}

std::tuple<Tensor, Tensor> pack_rows_cpu(const Tensor& rows, const Tensor& offsets, const Tensor& graphs,
                                         const OptionalTensor& increments, bool flipped) {
  check_table(rows, offsets, graphs);
  const int64_t count = graphs.numel();
  const int64_t width = rows.size(1);
  Tensor ptr = torch::stable::new_empty(offsets, {count + 1}, ScalarType::Long);
  int64_t* place = write<int64_t>(ptr);
  const int64_t* start = read<int64_t>(offsets);
  place[0] = 0;
  for (int64_t n = 0; n < count; ++n) {
    const int64_t graph = read<int64_t>(graphs)[n];
    place[n + 1] = place[n] + start[graph + 1] - start[graph];
  }
  const int64_t total = place[count];
  Tensor out = flipped ? torch::stable::new_empty(rows, {width, total}, rows.scalar_type())
                       : torch::stable::new_empty(rows, {total, width}, rows.scalar_type());
  if (increments) {
    STD_TORCH_CHECK(increments->size(0) == offsets.numel() - 1, "increments must have one row a graph");
    STD_TORCH_CHECK(rows.scalar_type() == ScalarType::Int || rows.scalar_type() == ScalarType::Long,
                    "only int32 and int64 rows have increments");
  }
  dispatch_size(rows, [&](auto item) {
    using Item = decltype(item);
    const std::vector<Item> shifts = increments ? shifts_of<Item>(*increments, graphs, width) : std::vector<Item>();
    const Table<Item> table{read<Item>(rows), width, start};
    const Packed<Item> packed{write<Item>(out), place, total, flipped};
    pack_rows(TorchParallel{}, table, read<int64_t>(graphs), count, increments ? shifts.data() : nullptr, packed);
  });
  return {out, ptr};
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(edgewise, m) {
  m.def(
      "pack_rows(Tensor rows, Tensor offsets, Tensor graphs, Tensor? increments, *, bool flipped) -> (Tensor, Tensor)");
}

STABLE_TORCH_LIBRARY_IMPL(edgewise, CPU, m) { m.impl("pack_rows", TORCH_BOX(&pack_rows_cpu)); }

}  // namespace edgewise::adapter
