// The number types that features are stored in, and the one that each is accumulated in.
//
// bfloat16 and float16 are storage alone: a kernel widens them to float, computes, and rounds once at the end. Written
// with integer arithmetic, so that loops over them become vector instructions on any machine.
#pragma once

#include <bit>
#include <cstdint>

namespace edgewise {

struct BFloat16 {
  uint16_t bits;

  BFloat16() = default;
  [[gnu::always_inline]] explicit BFloat16(float value) {
    const auto wide = std::bit_cast<uint32_t>(value);
    // To nearest, ties to even; a NaN keeps a bit in what remains of its mantissa.
    const uint32_t rounded = (wide + 0x7FFFU + ((wide >> 16) & 1U)) >> 16;
    bits = static_cast<uint16_t>(value != value ? 0x7FC0U : rounded);
  }
  [[gnu::always_inline]] explicit operator float() const {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  }
};

struct Half {
  uint16_t bits;

  Half() = default;
  [[gnu::always_inline]] explicit Half(float value) {
    const auto wide = std::bit_cast<uint32_t>(value);
    const uint32_t sign = (wide >> 16) & 0x8000U;
    const uint32_t magnitude = wide & 0x7FFFFFFFU;
    // Normal: the exponent is re-biased and the mantissa rounded to nearest, ties to even.
    const uint32_t normal = (magnitude - 0x38000000U + 0x0FFFU + ((magnitude >> 13) & 1U)) >> 13;
    // Subnormal: adding 0.5 shifts the mantissa to where float's own rounding cuts it.
    const uint32_t subnormal = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3F000000U;
    uint32_t out = magnitude < 0x38800000U ? subnormal : normal;
    out = magnitude >= 0x47800000U ? 0x7C00U : out;  // 65536 and above: infinity
    out = magnitude > 0x7F800000U ? 0x7E00U : out;   // NaN
    bits = static_cast<uint16_t>(sign | out);
  }
  [[gnu::always_inline]] explicit operator float() const {
    const uint32_t magnitude = static_cast<uint32_t>(bits & 0x7FFFU) << 13;
    // 2^112 re-biases the exponent; subnormals come out exact, since float can hold them as normals.
    const float scaled = std::bit_cast<float>(magnitude) * 0x1p112F;
    const uint32_t finite = std::bit_cast<uint32_t>(scaled);
    const uint32_t out = magnitude >= 0x0F800000U ? (magnitude | 0x7F800000U) : finite;  // infinity and NaN
    return std::bit_cast<float>(out | (static_cast<uint32_t>(bits & 0x8000U) << 16));
  }
};

template <class Scalar>
struct AccumulatorOf {
  using Type = Scalar;
};
template <>
struct AccumulatorOf<BFloat16> {
  using Type = float;
};
template <>
struct AccumulatorOf<Half> {
  using Type = float;
};

// What sums over values of type Scalar are kept in.
template <class Scalar>
using Accumulator = typename AccumulatorOf<Scalar>::Type;

// A stored value in the type that arithmetic is done in.
template <class Scalar>
[[gnu::always_inline]] inline Accumulator<Scalar> widen(Scalar value) {
  return static_cast<Accumulator<Scalar>>(value);
}

// What a computed value becomes when it is stored, still in the type of arithmetic.
template <class Scalar>
[[gnu::always_inline]] inline Accumulator<Scalar> rounded(Accumulator<Scalar> value) {
  return widen(static_cast<Scalar>(value));
}

}  // namespace edgewise
