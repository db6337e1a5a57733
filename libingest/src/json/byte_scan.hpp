#pragma once

#include <bit>
#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ingest::detail {

/// The first of the bytes in [p, end) that is one of `Stops`, or, with `Controls`, below 0x20; `end` if there is none.
template <bool Controls, char... Stops>
const char* find_first(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i last_control = _mm_set1_epi8(0x1f);
  for (; end - p >= 16; p += 16) {
    const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m128i hit = _mm_setzero_si128();
    ((hit = _mm_or_si128(hit, _mm_cmpeq_epi8(chunk, _mm_set1_epi8(Stops)))), ...);
    if constexpr (Controls) {
      hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(chunk, last_control), chunk));
    }
    if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit)); mask != 0) {
      return p + std::countr_zero(mask);
    }
  }
#endif
  for (; p != end; ++p) {
    if (((*p == Stops) || ...) || (Controls && static_cast<unsigned char>(*p) < 0x20)) {
      break;
    }
  }
  return p;
}

}  // namespace ingest::detail
