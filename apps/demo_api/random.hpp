#pragma once

#include <cstdint>

namespace demo_api {

/// Scrambles 64 bits; a bijection, so that different inputs never give the same output. The finalizer of SplitMix64
/// (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
constexpr std::uint64_t scramble(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// An endless table of random numbers: the same seed and purpose always give the same table, different purposes
/// unrelated ones.
class random_table {
 public:
  constexpr random_table(std::uint64_t seed, std::uint64_t purpose) : base_(scramble(scramble(seed) ^ purpose)) {}

  constexpr std::uint64_t operator[](std::uint64_t index) const {
    return scramble(base_ + index * 0x9e3779b97f4a7c15ULL);
  }

  /// True for about `percent` of all indices.
  constexpr bool chosen(std::uint64_t index, double percent) const {
    return percent > 0 && static_cast<double>((*this)[index] >> 11) * 0x1p-53 * 100.0 < percent;
  }

 private:
  std::uint64_t base_;
};

}  // namespace demo_api
