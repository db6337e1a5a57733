#include "http/rate_headers.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/trimmed.hpp"

namespace ingest::detail {

namespace {

/// Parts of a list, separators inside quotes left alone.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == separator && !quoted) {
      parts.push_back(trimmed(text.substr(begin, i - begin), " \t"));
      begin = i + 1;
    }
  }
  parts.push_back(trimmed(text.substr(begin), " \t"));
  return parts;
}

/// The value of the parameter `key` of an item: `"name";key=value`.
std::optional<std::string_view> parameter(std::string_view item, std::string_view key) {
  const auto parts = split(item, ';');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].starts_with(key) && parts[i].substr(key.size()).starts_with('=')) {
      return parts[i].substr(key.size() + 1);
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> count_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::string window_of(std::string_view name, const http_result& result) {
  const auto policies = result.header("RateLimit-Policy");
  for (const std::string_view policy : policies ? split(*policies, ',') : std::vector<std::string_view>()) {
    if (split(policy, ';').front() == name) {
      return std::string(parameter(policy, "w").value_or(""));
    }
  }
  return {};
}

/// RateLimit: "burst";r=0;t=1, "daily";r=70
std::optional<rate_report> in_items(std::string_view header, const http_result& result) {
  std::optional<rate_report> nearest;
  std::int64_t least = 0;
  std::int64_t longest = 0;
  for (const std::string_view item : split(header, ',')) {
    const auto left = parameter(item, "r");
    const auto count = left ? count_in(*left) : std::nullopt;
    if (!count) {
      continue;
    }
    const auto time = parameter(item, "t");
    const std::string reset = time ? std::string(*time) : window_of(split(item, ';').front(), result);
    const std::int64_t wait = count_in(reset).value_or(0);
    if (!nearest || *count < least || (*count == least && wait > longest)) {
      nearest = rate_report{std::string(*left), reset};
      least = *count;
      longest = wait;
    }
  }
  return nearest;
}

/// RateLimit: limit=10, remaining=0, reset=30
std::optional<rate_report> in_members(std::string_view header) {
  std::optional<rate_report> report;
  std::string reset;
  for (const std::string_view member : split(header, ',')) {
    if (member.starts_with("remaining=")) {
      report = rate_report{std::string(member.substr(10)), {}};
    } else if (member.starts_with("reset=")) {
      reset = member.substr(6);
    }
  }
  if (report) {
    report->reset = reset;
  }
  return report;
}

}  // namespace

std::optional<rate_report> rate_report_in(const http_result& result) {
  if (const auto header = result.header("RateLimit")) {
    auto report = in_items(*header, result);
    if (!report) {
      report = in_members(*header);
    }
    if (report) {
      return report;
    }
  }
  for (const std::string prefix : {"X-RateLimit-", "RateLimit-", "X-Rate-Limit-"}) {
    const auto remaining = result.header(prefix + "Remaining");
    const auto reset = result.header(prefix + "Reset");
    if (remaining || reset) {
      return rate_report{std::string(remaining.value_or("")), std::string(reset.value_or(""))};
    }
  }
  return std::nullopt;
}

bool says_none_remain(const http_result& result) {
  const auto report = rate_report_in(result);
  return report && count_in(report->remaining) == 0;
}

}  // namespace ingest::detail
