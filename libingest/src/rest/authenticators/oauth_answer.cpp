#include "rest/authenticators/oauth_answer.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include "core/instant.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

using std::chrono::system_clock;

constexpr int deepest = 5;
constexpr double longest_life_s = 100.0 * 365 * 86'400;

std::optional<double> number_in(const std::string& text) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

}  // namespace

const value* find_issued(const value& answer, const std::string& name, int depth) {
  if (depth > deepest) {
    return nullptr;
  }
  if (answer.is_list()) {
    for (const value& item : answer.items()) {
      if (const value* const found = find_issued(item, name, depth + 1)) {
        return found;
      }
    }
  }
  if (!answer.is_dict()) {
    return nullptr;
  }
  if (const value* const own = answer.find(name)) {
    return own;
  }
  for (const auto& member : answer.members()) {
    const value* const found = find_issued(member.second, name, depth + 1);
    if (found != nullptr && !found->is_none()) {
      return found;
    }
  }
  return nullptr;
}

system_clock::time_point expiry_of(const value& expires, bool is_a_time, system_clock::time_point now) {
  const std::string text = expires.to_text();
  const auto number = number_in(text);
  if (!is_a_time && number) {
    return now + std::chrono::seconds(static_cast<std::int64_t>(std::fmin(std::fmax(*number, 0), longest_life_s)));
  }
  if (is_a_time && number && *number >= 0 && *number < 1e10) {
    return system_clock::time_point(std::chrono::seconds(static_cast<std::int64_t>(*number)));
  }
  if (const auto instant = is_a_time ? parse_instant(text) : std::nullopt) {
    return system_clock::time_point(std::chrono::milliseconds(*instant));
  }
  throw error(errc::bad_data, std::string("the token endpoint says when the token expires, but not as ") +
                                  (is_a_time ? "a time in ISO 8601 or seconds since 1970"
                                             : "a number of seconds; set `token_expiry_date_format` if it is a date"));
}

}  // namespace ingest::rest
