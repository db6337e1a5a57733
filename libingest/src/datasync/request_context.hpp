#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "http/api_clock.hpp"
#include "http/api_url.hpp"
#include "http/rate_limit.hpp"
#include "ingest/http_source.hpp"

namespace ingest::detail {

/// What all requests of a run have in common.
struct request_context {
  http_source_options options;
  api_url url;
  metrics& counters;
  timing time;
  mutable api_clock clock;  ///< learns from each answer
};

/// A request that did not bring what it was sent for and may be sent again.
struct request_failure {
  int status = 0;  ///< 0: there was no response
  std::string reason;
  std::optional<std::chrono::milliseconds> server_delay = {};  ///< the least wait that the server asked for
  bool rate_limited = false;
};

/// Sends a request and counts it; receive() waits for the answer. Returns when that was, in microseconds of the run.
std::uint64_t start(const request_context& context, http_client& client, const http_request& request);

/// Waits for the answer to the request that was started at `sent_us`. Throws errc::unavailable, not transient, if the
/// server's certificate is refused.
const http_result& receive(const request_context& context, http_client& client, std::uint64_t sent_us,
                           const std::stop_token& stop);

/// Both of the above. What the answer says of the API's clock is taken in.
const http_result& send(const request_context& context, http_client& client, const http_request& request,
                        const std::stop_token& stop);

/// What a result that is worth another try says about itself. Dates in it are compared with its own; `limit` may know
/// in which unit delays come.
request_failure failure_of(const request_context& context, const http_result& result,
                           const rate_limit* limit = nullptr);

/// Counts and logs a failed attempt at `what` and waits until it is time for the next. False, without a wait, if the
/// schedule has none left.
bool back_off(const request_context& context, retry_schedule& schedule, const request_failure& failure,
              std::string_view what, const std::stop_token& stop);

/// Waits and counts the wait. Throws errc::cancelled.
void pause(const request_context& context, std::chrono::milliseconds wait, const std::stop_token& stop);

/// The last failure of an exhausted schedule, as an error that is not transient.
error exhausted(const retry_schedule& schedule, const request_failure& failure, const std::string& what);

}  // namespace ingest::detail
