#include "datasync/request_context.hpp"

#include "datasync/http_verdict.hpp"
#include "http/rate_headers.hpp"
#include "http/rate_limit.hpp"
#include "http/retry_after.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::detail {

namespace {

using std::chrono::milliseconds;

void count_failure(metrics& counters, const request_failure& failure) {
  if (failure.rate_limited) {
    ++counters.retries_429;
  } else if (failure.status >= 500) {
    ++counters.retries_5xx;
  } else {
    ++counters.fetch_errors;
  }
}

std::optional<milliseconds> server_delay_in(const http_result& result, std::chrono::system_clock::time_point now,
                                            const rate_limit* limit) {
  if (const auto text = result.header("Retry-After")) {
    if (const auto wait = parse_retry_after(*text, now)) {
      return wait;
    }
  }
  const auto report = is_rate_limited(result) ? rate_report_in(result) : std::nullopt;
  if (!report) {
    return std::nullopt;
  }
  const auto wait =
      limit != nullptr ? limit->wait_until(report->reset, now) : parse_rate_limit_reset(report->reset, now);
  return wait >= milliseconds(0) ? std::optional(wait) : std::nullopt;
}

}  // namespace

std::uint64_t start(const request_context& context, http_client& client, const http_request& request) {
  metrics& m = context.counters;
  auto never = std::uint64_t{0};
  m.first_fetch_us.compare_exchange_strong(never, m.elapsed_us());
  ++m.requests;
  const std::uint64_t sent_us = m.elapsed_us();
  client.start(request);
  return sent_us;
}

const http_result& receive(const request_context& context, http_client& client, std::uint64_t sent_us,
                           const std::stop_token& stop) {
  metrics& m = context.counters;
  const auto begin = m.elapsed_us();
  const http_result& result = client.finish(stop);
  const auto end = m.elapsed_us();
  m.fetch_us += end - begin;
  m.request_duration.add(end - sent_us);
  m.last_fetch_us = end;
  if (result.failure && result.failure->what == transport_failure::kind::certificate) {
    throw error(errc::unavailable,
                context.url.origin + " could not prove who it is: " + result.failure->message +
                    "; if its certificate is signed by an authority of your own, name that in `ca_file`",
                false);
  }
  return result;
}

const http_result& send(const request_context& context, http_client& client, const http_request& request,
                        const std::stop_token& stop) {
  const std::uint64_t sent_us = start(context, client, request);
  const http_result& result = receive(context, client, sent_us, stop);
  context.clock.observe(result);
  return result;
}

request_failure failure_of(const request_context& context, const http_result& result, const rate_limit* limit) {
  if (result.failure) {
    return {0, result.failure->message};
  }
  return {result.status, answer_of(result), server_delay_in(result, context.clock.time_of(result), limit),
          is_rate_limited(result)};
}

bool back_off(const request_context& context, retry_schedule& schedule, const request_failure& failure,
              std::string_view what, const std::stop_token& stop) {
  count_failure(context.counters, failure);
  const auto wait = schedule.next(context.time.now(), failure.server_delay);
  if (!wait) {
    return false;
  }
  log::warning(
      events::request_retried, failure.reason,
      {{"request", what}, {"status", failure.status}, {"attempt", schedule.failures()}, {"wait_ms", wait->count()}});
  pause(context, *wait, stop);
  return true;
}

void pause(const request_context& context, milliseconds wait, const std::stop_token& stop) {
  const auto begin = context.time.now();
  const bool whole = context.time.wait(wait, stop);
  const auto waited = std::chrono::duration_cast<std::chrono::microseconds>(context.time.now() - begin).count();
  context.counters.throttled_us += static_cast<std::uint64_t>(std::max<std::int64_t>(waited, 0));
  if (!whole) {
    throw error(errc::cancelled, "stop requested while waiting for the API");
  }
}

error exhausted(const retry_schedule& schedule, const request_failure& failure, const std::string& what) {
  return {errc::unavailable,
          what + " failed " + std::to_string(schedule.failures()) + " times, the last time with: " + failure.reason +
              "; run again once the API answers, or raise `retry.deadline`",
          false};
}

}  // namespace ingest::detail
