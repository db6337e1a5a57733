#include "demo_api/analytics_api.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "demo_api/answer.hpp"
#include "demo_api/connection.hpp"
#include "demo_api/cursor.hpp"
#include "demo_api/event_writer.hpp"
#include "demo_api/http_message.hpp"

namespace demo_api {
namespace {

/// The value of a query parameter; nothing if it is missing. Throws std::invalid_argument if it is no number.
std::optional<std::int64_t> number_parameter(const http_request& request, const char* name) {
  const auto found = request.parameter(name);
  if (!found) {
    return std::nullopt;
  }
  const std::string& text = *found;
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument(std::string(name) + " must be a whole number");
  }
  return value;
}

page_request read_page_request(const http_request& request, bool windowed, std::uint64_t cap) {
  page_request wanted;
  if (const auto limit = number_parameter(request, "limit")) {
    if (*limit < 1) {
      throw std::invalid_argument("limit must be at least 1");
    }
    wanted.limit = static_cast<std::uint64_t>(*limit);
  }
  wanted.limit = std::min(wanted.limit, cap);
  wanted.cursor = request.parameter("cursor").value_or("");
  if (windowed) {
    wanted.since = number_parameter(request, "since");
    wanted.until = number_parameter(request, "until");
  }
  return wanted;
}

timestamp_ms now_ms() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace

/// A request on its way through the API.
struct analytics_api::call {
  const char* endpoint;
  const http_request& request;
  http_response& response;
  const connection& line;
  std::uint64_t number;
  planned_fault planned;
  std::string request_id;
};

analytics_api::analytics_api(const options& chosen, const event_store& events)
    : options_(chosen),
      events_(events),
      faults_(chosen.faults, chosen.generator.seed),
      request_ids_(chosen.generator.seed, 302),
      limiter_(chosen.rate_limit, chosen.rate_window),
      tokens_(chosen.token_ttl, chosen.generator.seed),
      pager_(events, chosen.duplicates, chosen.generator.seed) {}

void analytics_api::standard_events(const http_request& request, http_response& response, const connection& line) {
  ++counts_.requests_standard;
  call c = arrive(standard_path, request, response, line);
  if (authorized(c) && within_rate_limit(c) && !answered_with_fault(c)) {
    line.pause(options_.delay);
    answer_page(c, false);
  }
}

void analytics_api::stream_events(const http_request& request, http_response& response, const connection& line) {
  ++counts_.requests_stream;
  call c = arrive(stream_path, request, response, line);
  if (options_.stream == stream_access::absent) {
    answer_error(response, 404, "Not Found", "", "No such path");
  } else if (authorized(c) && !answered_with_fault(c) && has_valid_token(c)) {
    line.pause(options_.delay);
    answer_page(c, true);
  }
}

void analytics_api::stream_access_token(const http_request& request, http_response& response, const connection& line) {
  ++counts_.requests_access;
  call c = arrive(access_path, request, response, line);
  if (options_.stream == stream_access::absent) {
    ++counts_.access_refused;
    answer_error(response, 404, "Not Found", "", "No such path");
    return;
  }
  if (!authorized(c) || answered_with_fault(c)) {
    return;
  }
  if (options_.stream == stream_access::forbidden) {
    ++counts_.access_refused;
    answer_error(response, 403, "Forbidden", "STREAM_ACCESS_DENIED", "This key has no access to the stream");
    return;
  }
  ++counts_.tokens_issued;
  response.body = std::string(R"({"streamAccess":{"endpoint":")") + stream_path + R"(","token":")" +
                  tokens_.issue(access_tokens::clock::now()) + R"(","tokenHeader":"X-Stream-Token","expiresIn":)" +
                  std::to_string(tokens_.lifetime_s()) + R"(},"meta":{"requestId":")" + c.request_id + "\"}}";
  deliver(c);
}

analytics_api::call analytics_api::arrive(const char* endpoint, const http_request& request, http_response& response,
                                          const connection& line) {
  const std::uint64_t number = counts_.requests++;
  call c{endpoint, request, response, line, number, faults_.at(number), {}};
  c.request_id = uuid_text(request_ids_[number], scramble(request_ids_[number]));
  response.add_header("X-Request-ID", c.request_id);
  counts_.retry_after.arrived(endpoint, request.target, retry_after_watch::clock::now());
  if (c.planned.late) {
    ++counts_.fault_latency;
    line.pause(options_.latency);
  }
  return c;
}

bool analytics_api::authorized(call& c) {
  if (c.request.header("X-API-Key") == options_.api_key ||
      (c.endpoint == access_path &&
       c.request.header("Cookie").find("dashboard_api_key=" + options_.api_key) != std::string::npos)) {
    return true;
  }
  ++counts_.unauthorized;
  answer_error(c.response, 401, "Unauthorized", "", "Missing or invalid API key");
  return false;
}

bool analytics_api::within_rate_limit(call& c) {
  const auto verdict = limiter_.ask(rate_limiter::clock::now());
  if (limiter_.limit() == 0) {
    return true;
  }
  c.response.add_header("X-RateLimit-Limit", std::to_string(limiter_.limit()));
  c.response.add_header("X-RateLimit-Remaining", std::to_string(verdict.remaining));
  c.response.add_header("X-RateLimit-Reset", std::to_string(verdict.reset_s));
  if (!verdict.allowed) {
    ++counts_.rate_limited;
    refuse_too_many(c, limiter_.limit(), verdict.reset_s, std::to_string(verdict.reset_s));
  }
  return verdict.allowed;
}

void analytics_api::refuse_too_many(call& c, std::uint64_t limit, std::uint64_t reset_s,
                                    const std::string& retry_after) {
  if (!retry_after.empty()) {
    c.response.add_header("Retry-After", retry_after);
  }
  c.response.set(429, R"({"error":"Too Many Requests","code":"RATE_LIMIT_EXCEEDED","rateLimit":{"limit":)" +
                          std::to_string(limit) + R"(,"remaining":0,"reset":)" + std::to_string(reset_s) + "}}");
  counts_.retry_after.refused(c.endpoint, c.request.target, retry_after, retry_after_watch::clock::now());
}

bool analytics_api::answered_with_fault(call& c) {
  switch (c.planned.kind) {
    case fault::too_many_requests: {
      ++counts_.fault_429;
      constexpr std::string_view date = "date:";
      std::string retry_after = options_.retry_after;
      if (retry_after.starts_with(date)) {
        const std::chrono::seconds ahead(std::strtol(retry_after.c_str() + date.size(), nullptr, 10));
        retry_after = http_date(std::chrono::system_clock::now() + ahead);
      }
      refuse_too_many(c, std::max<std::uint64_t>(limiter_.limit(), 10), 1, retry_after);
      return true;
    }
    case fault::server_error:
      ++counts_.fault_5xx;
      answer_server_error(c.response, c.planned.variant);
      return true;
    case fault::garbage:
      ++counts_.fault_garbage;
      answer_garbage(c.response, c.planned.variant);
      return true;
    default:
      return false;
  }
}

bool analytics_api::has_valid_token(call& c) {
  const std::string token = c.request.header("X-Stream-Token");
  if (c.planned.kind == fault::revoke && tokens_.revoke(token)) {
    ++counts_.fault_revoke;
  }
  if (tokens_.valid(token, access_tokens::clock::now())) {
    return true;
  }
  ++counts_.tokens_refused;
  answer_error(c.response, 403, "Forbidden", "INVALID_STREAM_TOKEN", "The stream token is unknown or has expired");
  return false;
}

void analytics_api::answer_page(call& c, bool windowed) {
  page_request wanted;
  try {
    wanted = read_page_request(c.request, windowed, options_.page_cap);
  } catch (const std::invalid_argument& e) {
    answer_error(c.response, 400, "Bad Request", "INVALID_PARAMETER", e.what());
    return;
  }
  wanted.expire_cursor = c.planned.kind == fault::expire;
  const page_choice choice = pager_.choose(wanted, now_ms());
  if (choice.result == page_choice::outcome::cursor_expired) {
    answer_expired_cursor(c, choice.newly_expired);
  } else if (choice.result == page_choice::outcome::cursor_invalid) {
    ++counts_.cursors_invalid;
    answer_error(c.response, 400, "Bad Request", "CURSOR_INVALID", "The cursor is not valid");
  } else {
    write_body(c, choice.found, wanted.limit);
    const std::size_t bytes = c.response.body.size();
    const page& p = choice.found;
    const bool again = counts_.was_served({p.first, p.last, p.window_first, p.window_last});
    c.response.add_header("X-Cache", again ? "HIT" : "MISS");
    if (deliver(c)) {
      counts_.serve({p.first, p.last, p.window_first, p.window_last}, bytes);
      counts_.overlapping_pages += choice.overlaps ? 1 : 0;
    }
  }
}

void analytics_api::answer_expired_cursor(call& c, bool newly) {
  ++counts_.cursors_expired;
  counts_.fault_expire += newly ? 1 : 0;
  if (options_.cursor_expiry == 502) {
    answer_bad_gateway(c.response);
  } else {
    answer_error(c.response, options_.cursor_expiry, options_.cursor_expiry == 410 ? "Gone" : "Bad Request",
                 "CURSOR_EXPIRED", "The cursor has expired");
  }
}

void analytics_api::write_body(call& c, const page& p, std::uint64_t limit) {
  page_details details;
  details.limit = limit;
  details.total = events_.size();
  details.request_id = c.request_id;
  details.flat = options_.shape == page_shape::flat || (options_.shape == page_shape::mixed && c.number % 2 == 1);
  if (p.has_more()) {
    details.next_cursor =
        encode({events_.key(p.last - 1), events_.timestamp(p.last - 1), now_ms() + options_.cursor_ttl.count()});
    details.cursor_expires_in_s = std::chrono::ceil<std::chrono::seconds>(options_.cursor_ttl).count();
  }
  write_page(events_, p, details, c.response.body);
}

bool analytics_api::deliver(call& c) {
  switch (c.planned.kind) {
    case fault::reset:
      ++counts_.fault_reset;
      answer_reset(c.response, c.planned.variant);
      return false;
    case fault::truncate:
      ++counts_.fault_truncate;
      truncate_body(c.request, c.response, options_.gzip, c.planned.variant);
      return false;
    default:
      compress_body(c.request, c.response, options_.gzip);
      return true;
  }
}

}  // namespace demo_api
