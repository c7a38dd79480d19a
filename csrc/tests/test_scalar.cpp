// scalar.h: every 16-bit pattern there and back, and rounding against the definition of "nearest, ties to even".
#include "../core/scalar.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "check.h"

namespace {

using edgewise::BFloat16;
using edgewise::Half;

template <class Short>
Short of_bits(uint16_t bits) {
  Short value;
  value.bits = bits;
  return value;
}

// The stored number nearest to `value` among `low` and its successor in magnitude, by comparison in double.
template <class Short>
uint16_t nearest(float value, uint16_t low) {
  const double below = static_cast<float>(of_bits<Short>(low));
  const double above = static_cast<float>(of_bits<Short>(static_cast<uint16_t>(low + 1)));
  const double from_below = std::fabs(value - below);
  const double from_above = std::fabs(above - value);
  if (from_below == from_above) return static_cast<uint16_t>(low + (low & 1));
  return from_below < from_above ? low : static_cast<uint16_t>(low + 1);
}

template <class Short>
void round_trip() {
  for (uint32_t bits = 0; bits < 0x10000U; ++bits) {
    const auto pattern = static_cast<uint16_t>(bits);
    const auto value = static_cast<float>(of_bits<Short>(pattern));
    const Short back(value);
    if (std::isnan(value)) {
      CHECK(std::isnan(static_cast<float>(back)));
    } else {
      CHECK(back.bits == pattern);
    }
  }
}

// Between any two neighbours: the middle, and a little to both sides of it.
template <class Short>
void rounds_to_nearest(uint16_t largest) {
  for (uint16_t low = 0; low < largest; ++low) {
    const auto below = static_cast<float>(of_bits<Short>(low));
    const auto above = static_cast<float>(of_bits<Short>(static_cast<uint16_t>(low + 1)));
    const float middle = below + (above - below) / 2;
    const float infinity = std::numeric_limits<float>::infinity();
    for (const float value : {middle, std::nextafter(middle, 0.0F), std::nextafter(middle, infinity)}) {
      CHECK(Short(value).bits == nearest<Short>(value, low));
      CHECK(Short(-value).bits == (nearest<Short>(value, low) | 0x8000U));
    }
  }
}

}  // namespace

int main() {
  round_trip<BFloat16>();
  round_trip<Half>();
  rounds_to_nearest<BFloat16>(0x7F7E);
  rounds_to_nearest<Half>(0x7BFE);
  CHECK(Half(65519.0F).bits == 0x7BFF);  // rounds down to the largest
  CHECK(Half(65520.0F).bits == 0x7C00);  // the middle to 65536: infinity
  CHECK(Half(1e-9F).bits == 0);
  CHECK(BFloat16(std::numeric_limits<float>::max()).bits == 0x7F80);
  return 0;
}
