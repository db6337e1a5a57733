#include "histogram_text.hpp"

#include <sstream>

namespace ingest::app {

std::string text_of(const metrics::histogram& h) {
  std::string text;
  for (const std::uint64_t n : h.figures()) {
    text += (text.empty() ? "" : " ") + std::to_string(n);
  }
  return text;
}

std::optional<std::vector<double>> histogram_figures(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<double> figures;
  for (double n = 0; in >> n;) {
    figures.push_back(n);
  }
  constexpr std::size_t whole = metrics::histogram::bounds_us.size() + 2;
  return in.eof() && figures.size() == whole ? std::optional(figures) : std::nullopt;
}

}  // namespace ingest::app
