// The exponential function as plain arithmetic, so that loops over it become vector instructions.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace edgewise {

// Within 2 units in the last place of exp. Below the smallest normal number: 0.
[[gnu::always_inline]] inline float exponential(float x) {
  constexpr float kLowest = -87.33654F;  // ln of the smallest normal float
  constexpr float kHighest = 88.02969F;  // above, 2^n has no float
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  const float bounded = x < kLowest ? kLowest : (x > kHighest ? kHighest : x);
  const float shifted = bounded * 1.44269504F + kRound;
  const float n = shifted - kRound;
  const float r = (bounded - n * 0.693359375F) + n * 2.12194440e-4F;  // ln 2 in two parts: the first product is exact
  float series = 1.9841270e-4F;
  series = series * r + 1.3888889e-3F;
  series = series * r + 8.3333333e-3F;
  series = series * r + 4.1666667e-2F;
  series = series * r + 1.6666667e-1F;
  series = series * r + 0.5F;
  series = series * r * r + r + 1.0F;
  const uint32_t exponent = std::bit_cast<uint32_t>(shifted) - std::bit_cast<uint32_t>(kRound) + 127U;
  const float result = series * std::bit_cast<float>(exponent << 23);
  return x < kLowest ? 0.0F : (x > kHighest ? std::numeric_limits<float>::infinity() : result);
}

[[gnu::always_inline]] inline double exponential(double x) { return std::exp(x); }

}  // namespace edgewise
