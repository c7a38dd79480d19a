// Random numbers as a function of (seed, row, column): nothing is stored, any order and any number of threads draws the
// same, and a backward pass draws again what the forward pass drew.
#pragma once

#include <cstdint>

namespace edgewise {

// Every output bit depends on every input bit (the finaliser of splitmix64: Steele, Lea & Flood, OOPSLA 2014).
[[gnu::always_inline]] inline uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

// The random numbers of one row; columns differ by cheap 32-bit arithmetic that becomes vector instructions.
class RandomRow {
 public:
  [[gnu::always_inline]] RandomRow(uint64_t seed, uint64_t row) {
    const uint64_t key = mix(mix(seed + 0x9E3779B97F4A7C15ULL) + row * 0x9E3779B97F4A7C15ULL);
    low_ = static_cast<uint32_t>(key);
    high_ = static_cast<uint32_t>(key >> 32);
  }

  // Uniform over 32 bits.
  [[gnu::always_inline]] uint32_t operator()(uint32_t column) const {
    uint32_t h = low_ + column * 0x9E3779B9U;
    h = (h ^ (h >> 16)) * 0x21F0AAADU;
    h ^= high_;
    h = (h ^ (h >> 15)) * 0x735A2D97U;
    return h ^ (h >> 15);
  }

 private:
  uint32_t low_;
  uint32_t high_;
};

// Drops a value with probability p and scales the others so that the expectation stays.
struct Dropout {
  uint64_t seed;
  uint32_t threshold;
  double scale;

  Dropout(double p, uint64_t with_seed)
      : seed(with_seed),
        threshold(p >= 1 ? UINT32_MAX : static_cast<uint32_t>(p * 4294967296.0)),
        scale(p >= 1 ? 0.0 : 1.0 / (1.0 - p)) {}

  bool is_active() const { return threshold > 0; }
  [[gnu::always_inline]] RandomRow row(int64_t index) const { return {seed, static_cast<uint64_t>(index)}; }
};

}  // namespace edgewise
