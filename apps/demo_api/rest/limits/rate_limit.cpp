#include "demo_api/rest/limits/rate_limit.hpp"

#include <array>
#include <chrono>
#include <string>

#include "demo_api/answer.hpp"
#include "demo_api/retry_after_watch.hpp"

namespace demo_api::rest {
namespace {

using told = rate_limit::told;
using std::chrono::system_clock;

void retry_after_seconds(const told& t, http_response& response) {
  if (!t.verdict.allowed) {
    response.add_header("Retry-After", std::to_string(t.verdict.reset_s));
  }
}

void retry_after_date(const told& t, http_response& response) {
  if (!t.verdict.allowed) {
    // A date has whole seconds: the next one, so that it is not too early.
    response.add_header("Retry-After", http_date(system_clock::now() + std::chrono::seconds(t.verdict.reset_s + 1)));
  }
}

void x_ratelimit(const told& t, http_response& response, std::uint64_t reset) {
  response.add_header("X-RateLimit-Limit", std::to_string(t.limit));
  response.add_header("X-RateLimit-Remaining", std::to_string(t.verdict.remaining));
  response.add_header("X-RateLimit-Reset", std::to_string(reset));
}

void x_ratelimit_seconds(const told& t, http_response& response) {
  x_ratelimit(t, response, t.verdict.reset_s);
}

void x_ratelimit_epoch(const told& t, http_response& response) {
  const auto now = std::chrono::ceil<std::chrono::seconds>(system_clock::now().time_since_epoch());
  x_ratelimit(t, response, static_cast<std::uint64_t>(now.count()) + t.verdict.reset_s);
}

/// draft-ietf-httpapi-ratelimit-headers-10.
void ietf(const told& t, http_response& response) {
  response.add_header("RateLimit-Policy",
                      "\"default\";q=" + std::to_string(t.limit) + ";w=" + std::to_string(t.window_s));
  response.add_header(
      "RateLimit", "\"default\";r=" + std::to_string(t.verdict.remaining) + ";t=" + std::to_string(t.verdict.reset_s));
}

/// The same draft up to its version 06, which most servers still speak.
void ietf_fields(const told& t, http_response& response) {
  response.add_header("RateLimit-Limit", std::to_string(t.limit));
  response.add_header("RateLimit-Remaining", std::to_string(t.verdict.remaining));
  response.add_header("RateLimit-Reset", std::to_string(t.verdict.reset_s));
}

void nothing(const told&, http_response&) {}

struct style {
  std::string_view name;
  void (*tell)(const told&, http_response&);
};

constexpr std::array<style, 7> styles = {{
    {"retry_after_seconds", retry_after_seconds},
    {"retry_after_date", retry_after_date},
    {"x_ratelimit_seconds", x_ratelimit_seconds},
    {"x_ratelimit_epoch", x_ratelimit_epoch},
    {"ietf", ietf},
    {"ietf_fields", ietf_fields},
    {"none", nothing},
}};

std::size_t read_style(settings& s) {
  std::vector<std::string_view> names;
  names.reserve(std::size(styles));
  for (const auto& one : styles) {
    names.push_back(one.name);
  }
  return s.choice("headers", styles.front().name, names);
}

}  // namespace

rate_limit::rate_limit(settings& s)
    : window_ms_(s.number("window_ms", 60'000, 86'400'000)),
      limiter_(s.number("requests", 100), std::chrono::milliseconds(window_ms_)),
      status_(static_cast<int>(s.number("status", 429, 599))),
      tell_(styles[read_style(s)].tell) {
  if (limiter_.limit() == 0 || window_ms_ == 0) {
    s.refuse("requests", "and \"window_ms\" must be at least 1");
  }
}

bool rate_limit::admit(http_response& response) {
  const auto verdict = limiter_.ask(rate_limiter::clock::now());
  tell_({limiter_.limit(), (window_ms_ + 999) / 1000, verdict}, response);
  if (!verdict.allowed) {
    answer_error(response, status_, "Too Many Requests", "", "the limit of requests is reached");
  }
  return verdict.allowed;
}

}  // namespace demo_api::rest
