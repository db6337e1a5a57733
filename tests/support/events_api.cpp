#include "support/events_api.hpp"

#include <algorithm>
#include <limits>

namespace ingest::testing {

namespace {

constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(const std::string& text) {
  std::string out;
  unsigned pending = 0;
  int bits = 0;
  for (const char c : text) {
    pending = (pending << 8 | static_cast<unsigned char>(c)) & 0xFFFF;
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      out.push_back(digits[pending >> bits & 63]);
    }
  }
  if (bits > 0) {
    out.push_back(digits[pending << (6 - bits) & 63]);
  }
  out.resize((out.size() + 3) / 4 * 4, '=');
  return out;
}

std::string decoded(const std::string& text) {
  std::string out;
  unsigned pending = 0;
  int bits = 0;
  for (const char c : text.substr(0, text.find('='))) {
    pending = (pending << 6 | static_cast<unsigned>(std::string(digits).find(c))) & 0xFFFF;
    if ((bits += 6) >= 8) {
      out.push_back(static_cast<char>(pending >> (bits -= 8) & 0xFF));
    }
  }
  return out;
}

std::int64_t number_after(const std::string& text, const std::string& key) {
  return std::stoll(text.substr(text.find(key) + key.size()));
}

}  // namespace

std::set<std::string> events_api::all_ids() const {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < events; ++i) {
    ids.insert(std::string("e").append(std::to_string(i)));
  }
  return ids;
}

reply events_api::operator()(const received_request& r) {
  if (auto answer = fault(r)) {
    return *answer;
  }
  if (r.header("X-API-Key") != key) {
    return {401, R"({"error":"Unauthorized","message":"unknown key )" + r.header("X-API-Key") + "\"}"};
  }
  if (r.path == access_path) {
    return grant_access(r);
  }
  if (r.path == stream_path && r.header("X-Stream-Token") != token()) {
    return {403, R"({"error":"Forbidden","code":"INVALID_STREAM_TOKEN","message":"who are you"})"};
  }
  if (r.path == standard_path && requests_a_minute > 0) {
    return limited_page(r);
  }
  return r.path == stream_path || r.path == standard_path ? page(r) : reply{404, R"({"error":"Not Found"})"};
}

reply events_api::limited_page(const received_request& r) {
  const auto now = clock_.now();
  if (now - minute_begin_ >= std::chrono::minutes(1)) {
    minute_begin_ = now;
    used_ = 0;
  }
  const auto left = std::chrono::ceil<std::chrono::seconds>(minute_begin_ + std::chrono::minutes(1) - now);
  const std::string reset = std::to_string(left.count());
  reply answer;
  if (used_ == requests_a_minute) {
    ++rate_limited_;
    answer = {429, R"({"error":"Too Many Requests","code":"RATE_LIMIT_EXCEEDED"})", {{"Retry-After", reset}}};
  } else {
    ++used_;
    answer = page(r);
  }
  answer.headers.emplace_back("X-RateLimit-Remaining", std::to_string(requests_a_minute - used_));
  answer.headers.emplace_back("X-RateLimit-Reset", reset);
  return answer;
}

reply events_api::grant_access(const received_request& r) {
  if (stream_access_status != 200) {
    return {stream_access_status, R"({"error":"Forbidden","message":"not for you"})"};
  }
  if (r.method != "POST" || r.header("Cookie") != std::string("dashboard_api_key=") + key ||
      r.header("Referer") != r.header("Origin") + "/" || r.header("Origin").empty()) {
    return {403, R"({"error":"Forbidden","message":"this does not come from the dashboard"})"};
  }
  ++granted_;
  return {200, std::string(R"({"streamAccess":{"endpoint":")") + stream_path + R"(","token":")" + token() +
                   R"(","tokenHeader":"X-Stream-Token","expiresIn":)" + std::to_string(token_lives_s) +
                   R"(},"meta":{}})"};
}

std::string events_api::event(std::size_t i) const {
  return R"({"id":"e)" + std::to_string(i) + R"(","name":"a\tb \u00e9","timestamp":)" +
         std::to_string(mistimed_event == i ? 0 : time_of(i)) + "}";
}

std::string events_api::cursor_after(std::size_t i) const {
  return base64(R"({"id":"e)" + std::to_string(i) + R"(","ts":)" + std::to_string(time_of(i)) + R"(,"v":2,"exp":)" +
                std::to_string(clock_.now_ms() + cursor_lives_ms) + "}");
}

reply events_api::page(const received_request& r) const {
  std::int64_t below = newest_ms + 1;
  std::int64_t since = std::numeric_limits<std::int64_t>::min();
  if (r.path == stream_path) {
    below = r.parameter("until").empty() ? below : std::min<std::int64_t>(below, std::stoll(r.parameter("until")));
    since = r.parameter("since").empty() ? since : std::stoll(r.parameter("since")) + (since_is_excluded ? 1 : 0);
  }
  if (const std::string cursor = decoded(r.parameter("cursor")); !cursor.empty()) {
    if (number_after(cursor, "\"exp\":") <= clock_.now_ms()) {
      return {400, R"({"error":"Bad Request","code":"CURSOR_EXPIRED","message":"too late"})"};
    }
    below = std::min(below, number_after(cursor, "\"ts\":"));
  }
  const auto limit = static_cast<std::size_t>(std::stoul(r.parameter("limit")));
  std::string data;
  std::size_t rows = 0;
  std::size_t total = 0;
  std::size_t last = 0;
  bool more = false;
  for (std::size_t i = 0; i < events; ++i) {
    total += time_of(i) >= since ? 1 : 0;
    if (time_of(i) >= below || time_of(i) < since) {
      continue;
    }
    if (rows == limit) {
      more = true;
      continue;
    }
    data.append(rows++ == 0 ? "" : ",").append(event(i));
    last = i;
  }
  std::string body = R"({"data":[)" + data + "],";
  body += flat_shape ? "" : R"("pagination":{"limit":)" + std::to_string(limit) + R"(,"cursorExpiresIn":116,)";
  body += more ? R"("hasMore":true,"nextCursor":")" + cursor_after(last) + '"' : R"("hasMore":false,"nextCursor":null)";
  body += flat_shape ? "}" : R"(},"meta":{"total":)" + std::to_string(total) + "}}";
  return {200, body};
}

}  // namespace ingest::testing
