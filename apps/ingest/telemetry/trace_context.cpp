#include "telemetry/trace_context.hpp"

#include <algorithm>
#include <random>

namespace ingest::app {

namespace {

constexpr std::string_view hexadecimal = "0123456789abcdef";

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of(hexadecimal) == std::string_view::npos;
}

bool is_id(std::string_view text) {
  return is_hexadecimal(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::optional<trace_parent> parse_trace_parent(std::string_view text) {
  // version "-" trace-id "-" parent-id "-" flags; versions to come may have more behind another dash.
  constexpr std::size_t size = 55;
  if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') {
    return std::nullopt;
  }
  const std::string_view version = text.substr(0, 2);
  const bool ends_well = text.size() == size || (version != "00" && text[size] == '-');
  const std::string_view flags = text.substr(53, 2);
  trace_parent p{std::string(text.substr(3, 32)), std::string(text.substr(36, 16))};
  if (!ends_well || !is_hexadecimal(version) || version == "ff" || !is_hexadecimal(flags) || !is_id(p.trace_id) ||
      !is_id(p.span_id)) {
    return std::nullopt;
  }
  p.is_sampled = hexadecimal.find(flags[1]) % 2 == 1;
  return p;
}

std::string new_id(std::size_t digits) {
  std::random_device entropy;
  std::string id;
  do {
    id.clear();
    std::generate_n(std::back_inserter(id), digits, [&] { return hexadecimal[entropy() % hexadecimal.size()]; });
  } while (!is_id(id));
  return id;
}

}  // namespace ingest::app
