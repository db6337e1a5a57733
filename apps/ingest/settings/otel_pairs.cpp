#include "settings/otel_pairs.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/trimmed.hpp"

namespace ingest::detail {

namespace {

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    const std::string_view digits = text.substr(at + 1, 2);
    unsigned byte = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (problem != std::errc() || end != digits.data() + 2) {
      return std::nullopt;
    }
    decoded += static_cast<char>(byte);
    at += 2;
  }
  return decoded;
}

}  // namespace

otel_pairs pairs_in(std::string_view text) {
  otel_pairs found;
  while (!text.empty()) {
    const std::string_view pair = trimmed(text.substr(0, text.find(',')));
    text.remove_prefix(std::min(text.find(','), text.size() - 1) + 1);
    if (pair.empty()) {
      continue;
    }
    const auto equals = pair.find('=');
    const auto name = percent_decoded(trimmed(pair.substr(0, equals)));
    const auto value =
        equals == std::string_view::npos ? std::nullopt : percent_decoded(trimmed(pair.substr(equals + 1)));
    if (!name || name->empty() || !value) {
      found.whole = false;
    } else {
      found.pairs.emplace_back(*name, *value);
    }
  }
  return found;
}

}  // namespace ingest::detail
