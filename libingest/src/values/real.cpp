#include "values/real.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

#include "values/decimal.hpp"

namespace ingest::detail {

namespace {

template <class Float>
bool comes_back_as(const decimal& asked, Float number) {
  constexpr auto always_kept = static_cast<std::size_t>(std::numeric_limits<Float>::digits10);
  if (asked.digits.size() <= always_kept && (asked.digits.empty() || std::isnormal(number))) {
    return true;
  }
  std::array<char, 64> shortest;
  const auto written =
      std::to_chars(shortest.data(), shortest.data() + shortest.size(), number, std::chars_format::scientific);
  auto kept = decimal::parse({shortest.data(), static_cast<std::size_t>(written.ptr - shortest.data())});
  kept->scale = asked.scale;
  return *kept == asked;
}

}  // namespace

template <class Float>
std::optional<real<Float>> parse_real(std::string_view text) {
  const auto asked = decimal::parse(text);
  real<Float> r;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), r.number);
  if (!asked || problem != std::errc()) {
    return std::nullopt;
  }
  r.exact = comes_back_as(*asked, r.number);
  return r;
}

template std::optional<real<float>> parse_real(std::string_view);
template std::optional<real<double>> parse_real(std::string_view);

}  // namespace ingest::detail
