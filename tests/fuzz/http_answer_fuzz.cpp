// All of an HTTP answer but its page: status, Retry-After, rate limit headers, error body, cursor.
#include "core/instant.hpp"
#include "datasync/http_position.hpp"
#include "datasync/http_verdict.hpp"
#include "datasync/slice_cursor.hpp"
#include "fuzz/fuzz_target.hpp"
#include "http/rate_limit.hpp"
#include "http/retry_after.hpp"
#include "ingest/retry.hpp"

using namespace ingest;
using namespace ingest::fuzz;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds longest_wait = std::chrono::minutes(15);
const auto now = std::chrono::system_clock::from_time_t(1'770'000'000);
const retry_schedule::clock::time_point moment{};

void check_waits(std::string_view retry_after, std::string_view remaining, std::string_view reset) {
  const auto asked = parse_retry_after(retry_after, now);
  require(!asked || (*asked >= milliseconds(0) && *asked <= std::chrono::hours(24 * 365)), "a wait is 0 s … a year");
  retry_schedule schedule({.max_server_delay = longest_wait}, 1);
  const auto wait = schedule.next(moment, asked);
  require(!wait || *wait <= std::max(longest_wait, milliseconds(std::chrono::seconds(30))), "a wait is clamped");
  require(!wait || !asked || *wait >= std::min(*asked, longest_wait), "what was asked for is honoured");
  rate_limit limit(longest_wait);
  limit.observe(remaining, reset, moment, now);
  require(limit.delay(moment) >= milliseconds(0) && limit.delay(moment) <= longest_wait, "a reset is clamped");
  if (asked) {
    limit.hold(*asked, moment);
    require(limit.delay(moment) >= std::min(*asked, longest_wait), "a hold is honoured");
  }
}

void check_answer(int status, std::string_view retry_after, std::string_view limit, std::string_view body) {
  http_result result;
  result.status = status;
  result.body = body;
  result.headers = {{"RateLimit", std::string(limit)}, {"RateLimit-Policy", std::string(limit)}};
  if (!retry_after.empty()) {
    result.headers.push_back({"Retry-After", std::string(retry_after)});
  }
  for (const bool stream : {false, true}) {
    for (const bool with_cursor : {false, true}) {
      const bool waits = detail::judge(result, stream, with_cursor) == detail::verdict::retry;
      require(waits || !detail::is_rate_limited(result), "a rate limit is waited for");
      static_cast<void>(detail::judge_words(result, stream, with_cursor));
    }
  }
  require(status >= 400 || !detail::is_rate_limited(result), "a page is no rate limit");
  const std::string said = detail::answer_of(result);
  require(said.size() < 300, "what the API says is cut short");
  require(std::none_of(said.begin(), said.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }),
          "what the API says holds no control characters");
}

void check_cursor(const parsed_page& page) {
  detail::slice_cursor cursor({}, {});
  std::optional<error> refused;
  bool led_back = false;
  for (int pages = 0; pages < 3 && !refused; ++pages) {
    led_back = led_back || cursor.is_led_back_by(page);
    refused = refusal_of([&] { cursor.advance(page, false, now); });
    const detail::http_position at = cursor.position();
    require(detail::parse_http_position(detail::to_text(at)) == at, "a position can be kept and read back");
    static_cast<void>(cursor.window());
    require(!cursor.expired(now), "a cursor that has just come is not expired");
  }
  require(!page.has_more || !page.next_cursor || refused || led_back, "a cursor that repeats is noticed");
  if (!refusal_of([&] { cursor.reset(true, errc::unavailable, "expired"); })) {
    static_cast<void>(cursor.window());
  }
}

std::optional<std::int64_t> number(std::string_view text) {
  return text.empty() ? std::nullopt : parse_instant(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  input in(bytes, size);
  const int status = in.number() % 600;
  const auto retry_after = in.line();
  const auto remaining = in.line();
  const auto reset = in.line();
  check_waits(retry_after, remaining, reset);
  parsed_page page;
  page.has_more = (status & 1) != 0;
  page.rows = 1;
  page.last_timestamp_ms = page.first_timestamp_ms = page.middle_timestamp_ms = number(in.line());
  page.newest_first = page.last_timestamp_ms.has_value();
  page.first_id = page.last_id = in.line();
  page.cursor_expires_in_s = number(in.line());
  if (const auto next = in.line(); !next.empty()) {
    page.next_cursor = next;
  }
  check_cursor(page);
  check_answer(status, retry_after, reset, in.rest());
  if (const auto refused = refusal_of([&] { detail::parse_http_position(in.rest()); })) {
    require(refused->code() == errc::bad_data, "a damaged position is bad data");
  }
  static_cast<void>(refusal_of([&] { validate(http_header{std::string(retry_after), std::string(in.rest())}); }));
  return 0;
}
