#include "http/api_clock.hpp"

#include <charconv>
#include <string_view>

#include "http/retry_after.hpp"
#include "ingest/retry.hpp"

namespace ingest::detail {

namespace {

std::chrono::seconds age_of(const http_result& answer) {
  const std::string_view text = answer.header("Age").value_or("");
  std::int32_t seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(problem == std::errc() && end == text.data() + text.size() && seconds > 0 ? seconds : 0);
}

std::optional<std::chrono::sys_seconds> date_of(const http_result& answer) {
  const auto text = answer.failure ? std::nullopt : answer.header("Date");
  const auto date = text ? parse_http_date(*text) : std::nullopt;
  return date ? std::optional(*date + age_of(answer)) : std::nullopt;
}

}  // namespace

api_clock::api_clock(timing time)
    : time_(std::move(time)),
      ahead_ms_(std::chrono::floor<ms>(time_.wall().time_since_epoch() - time_.now().time_since_epoch()).count()) {}

api_clock::time_point api_clock::now() const {
  return time_point(ms(ahead_ms_) + std::chrono::floor<ms>(time_.now().time_since_epoch()));
}

void api_clock::observe(const http_result& answer) {
  if (const auto date = date_of(answer)) {
    ahead_ms_ = (ms(date->time_since_epoch()) - std::chrono::floor<ms>(time_.now().time_since_epoch())).count();
  }
}

api_clock::time_point api_clock::time_of(const http_result& answer) const {
  const auto date = date_of(answer);
  return date ? time_point(*date) : now();
}

}  // namespace ingest::detail
