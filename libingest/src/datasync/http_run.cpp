#include "datasync/http_run.hpp"

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

void start(const http_run& run, http_client& client, const http_request& request) {
  metrics& m = run.counters;
  auto never = std::uint64_t{0};
  m.first_fetch_us.compare_exchange_strong(never, m.elapsed_us());
  ++m.requests;
  client.start(request);
}

const http_result& receive(const http_run& run, http_client& client, const std::stop_token& stop) {
  metrics& m = run.counters;
  const auto begin = m.elapsed_us();
  const http_result& result = client.finish(stop);
  const auto end = m.elapsed_us();
  m.fetch_us += end - begin;
  m.last_fetch_us = end;
  if (result.failure && result.failure->what == transport_failure::kind::certificate) {
    throw error(errc::unavailable,
                run.url.origin + " could not prove who it is: " + result.failure->message +
                    "; if its certificate is signed by an authority of your own, name that in `ca_file`",
                false);
  }
  return result;
}

const http_result& send(const http_run& run, http_client& client, const http_request& request,
                        const std::stop_token& stop) {
  start(run, client, request);
  const http_result& result = receive(run, client, stop);
  run.clock.observe(result);
  return result;
}

request_failure failure_of(const http_run& run, const http_result& result, const rate_limit* limit) {
  if (result.failure) {
    return {0, result.failure->message};
  }
  return {result.status, answer_of(result), server_delay_in(result, run.clock.time_of(result), limit),
          is_rate_limited(result)};
}

bool back_off(const http_run& run, retry_schedule& schedule, const request_failure& failure, std::string_view what,
              const std::stop_token& stop) {
  count_failure(run.counters, failure);
  const auto wait = schedule.next(run.time.now(), failure.server_delay);
  if (!wait) {
    return false;
  }
  log::warning(
      events::request_retried, failure.reason,
      {{"request", what}, {"status", failure.status}, {"attempt", schedule.failures()}, {"wait_ms", wait->count()}});
  pause(run, *wait, stop);
  return true;
}

void pause(const http_run& run, milliseconds wait, const std::stop_token& stop) {
  const auto begin = run.time.now();
  const bool whole = run.time.wait(wait, stop);
  const auto waited = std::chrono::duration_cast<std::chrono::microseconds>(run.time.now() - begin).count();
  run.counters.throttled_us += static_cast<std::uint64_t>(std::max<std::int64_t>(waited, 0));
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
