// What follows a layer's sum, in one pass:  y = dropout(act(x + bias)),  and its gradient from y alone.
//
// No mask is stored: random numbers are drawn again where they are needed (random.h). Where the activation can be
// inverted from its result, neither is x.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "clones.h"
#include "parallel.h"
#include "random.h"
#include "scalar.h"

namespace edgewise {

struct Identity {
  template <class Wide>
  [[gnu::always_inline]] static Wide value(Wide x) {
    return x;
  }
  template <class Wide>
  [[gnu::always_inline]] static Wide slope(Wide /*y*/) {
    return Wide(1);
  }
};

struct Relu {
  template <class Wide>
  [[gnu::always_inline]] static Wide value(Wide x) {
    return x < Wide(0) ? Wide(0) : x;  // lets NaN through
  }
  template <class Wide>
  [[gnu::always_inline]] static Wide slope(Wide y) {
    return y > Wide(0) ? Wide(1) : Wide(0);
  }
};

struct LeakyRelu {
  static constexpr double kSlope = 0.01;  // torch's default
  template <class Wide>
  [[gnu::always_inline]] static Wide value(Wide x) {
    return x < Wide(0) ? static_cast<Wide>(kSlope) * x : x;
  }
  template <class Wide>
  [[gnu::always_inline]] static Wide slope(Wide y) {
    return y > Wide(0) ? Wide(1) : static_cast<Wide>(kSlope);
  }
};

struct Elu {
  template <class Wide>
  [[gnu::always_inline]] static Wide value(Wide x) {
    return x < Wide(0) ? std::expm1(x) : x;
  }
  template <class Wide>
  [[gnu::always_inline]] static Wide slope(Wide y) {
    return y > Wide(0) ? Wide(1) : y + Wide(1);
  }
};

struct Tanh {
  template <class Wide>
  [[gnu::always_inline]] static Wide value(Wide x) {
    return std::tanh(x);
  }
  template <class Wide>
  [[gnu::always_inline]] static Wide slope(Wide y) {
    return Wide(1) - y * y;
  }
};

// `out` may be `x`.
template <class Act, bool kDrops, class Scalar>
EDGEWISE_CLONES void epilogue_rows(const Scalar* x, const Scalar* bias, Scalar* out, int64_t width, Dropout dropout,
                                   int64_t begin, int64_t end) {
  using Wide = Accumulator<Scalar>;
  const auto scale = static_cast<Wide>(dropout.scale);
  for (int64_t row = begin; row < end; ++row) {
    const RandomRow random = dropout.row(row);
    const Scalar* from = x + row * width;
    Scalar* to = out + row * width;
    for (int64_t f = 0; f < width; ++f) {
      Wide value = Act::value(widen(from[f]) + (bias ? widen(bias[f]) : Wide(0)));
      if (kDrops) value = random(static_cast<uint32_t>(f)) < dropout.threshold ? Wide(0) : value * scale;
      to[f] = static_cast<Scalar>(value);
    }
  }
}

// Rows [begin, end) of the gradient of x, added up by columns into `column_sum`, which may be null.
template <class Act, bool kDrops, class Scalar>
EDGEWISE_CLONES void epilogue_grad_rows(const Scalar* grad, const Scalar* out, Scalar* grad_x,
                                        Accumulator<Scalar>* column_sum, int64_t width, Dropout dropout, int64_t begin,
                                        int64_t end) {
  using Wide = Accumulator<Scalar>;
  const auto scale = static_cast<Wide>(dropout.scale);
  const Wide unscale = dropout.scale > 0 ? static_cast<Wide>(1 / dropout.scale) : Wide(0);
  for (int64_t row = begin; row < end; ++row) {
    const RandomRow random = dropout.row(row);
    const Scalar* from = grad + row * width;
    const Scalar* y = out ? out + row * width : from;
    Scalar* to = grad_x + row * width;
    for (int64_t f = 0; f < width; ++f) {
      Wide value = widen(from[f]) * Act::slope(kDrops ? widen(y[f]) * unscale : widen(y[f]));
      if (kDrops) value *= scale;
      // What relu let through and nobody dropped is above zero: no need to draw again.
      if (kDrops && !std::is_same_v<Act, Relu>) {
        value = random(static_cast<uint32_t>(f)) < dropout.threshold ? Wide(0) : value;
      }
      to[f] = static_cast<Scalar>(value);
    }
    if (column_sum) {
      for (int64_t f = 0; f < width; ++f) column_sum[f] += widen(to[f]);
    }
  }
}

template <class Act, class Scalar, class Parallel>
void epilogue(const Parallel& parallel, const Scalar* x, const Scalar* bias, Scalar* out, int64_t rows, int64_t width,
              Dropout dropout) {
  constexpr int64_t kSmallWork = 16384;
  parallel(0, rows, std::max<int64_t>(1, kSmallWork / std::max<int64_t>(1, width)), [&](int64_t low, int64_t high) {
    dropout.is_active() ? epilogue_rows<Act, true>(x, bias, out, width, dropout, low, high)
                        : epilogue_rows<Act, false>(x, bias, out, width, dropout, low, high);
  });
}

// `out` may be null for the identity. `grad_bias` may be null; it is summed over fixed blocks of rows, whose sums are
// added in order, so the number of threads cannot show.
template <class Act, class Scalar, class Parallel>
void epilogue_grad(const Parallel& parallel, const Scalar* grad, const Scalar* out, Scalar* grad_x, Scalar* grad_bias,
                   int64_t rows, int64_t width, Dropout dropout) {
  using Wide = Accumulator<Scalar>;
  constexpr int64_t kBlock = 512;
  const int64_t blocks = (rows + kBlock - 1) / kBlock;
  std::vector<Wide> sums(grad_bias ? static_cast<size_t>(blocks * width) : 0, Wide(0));
  parallel(0, blocks, 1, [&](int64_t low, int64_t high) {
    for (int64_t block = low; block < high; ++block) {
      Wide* sum = grad_bias ? sums.data() + block * width : nullptr;
      const int64_t first = block * kBlock;
      const int64_t last = std::min(rows, first + kBlock);
      dropout.is_active() ? epilogue_grad_rows<Act, true>(grad, out, grad_x, sum, width, dropout, first, last)
                          : epilogue_grad_rows<Act, false>(grad, out, grad_x, sum, width, dropout, first, last);
    }
  });
  if (!grad_bias) return;
  for (int64_t f = 0; f < width; ++f) {
    Wide total(0);
    for (int64_t block = 0; block < blocks; ++block) total += sums[static_cast<size_t>(block * width + f)];
    grad_bias[f] = static_cast<Scalar>(total);
  }
}

}  // namespace edgewise
