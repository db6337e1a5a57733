#pragma once

#include <cstdint>
#include <string>

#include "demo_api/access_tokens.hpp"
#include "demo_api/counters.hpp"
#include "demo_api/event_store.hpp"
#include "demo_api/faults.hpp"
#include "demo_api/options.hpp"
#include "demo_api/pager.hpp"
#include "demo_api/random.hpp"
#include "demo_api/rate_limiter.hpp"

namespace demo_api {

class connection;
struct http_request;
struct http_response;

/// Answers the requests of the DataSync Analytics API. Thread-safe.
class analytics_api {
 public:
  static constexpr const char* standard_path = "/api/v1/events";
  static constexpr const char* stream_path = "/api/v1/events/d4ta/x7k9/feed";
  static constexpr const char* access_path = "/internal/dashboard/stream-access";

  /// `events` must outlive this object.
  analytics_api(const options& chosen, const event_store& events);

  void standard_events(const http_request& request, http_response& response, const connection& line);
  void stream_events(const http_request& request, http_response& response, const connection& line);
  void stream_access_token(const http_request& request, http_response& response, const connection& line);

  counters& counts() { return counts_; }

 private:
  struct call;

  call arrive(const char* endpoint, const http_request& request, http_response& response, const connection& line);
  bool authorized(call& c);
  bool within_rate_limit(call& c);
  bool has_valid_token(call& c);
  bool answered_with_fault(call& c);
  void answer_page(call& c, bool windowed);
  void answer_expired_cursor(call& c, bool newly);
  void write_body(call& c, const page& p, std::uint64_t limit);
  bool deliver(call& c);
  void refuse_too_many(call& c, std::uint64_t limit, std::uint64_t reset_s, const std::string& retry_after);

  options options_;
  const event_store& events_;
  fault_plan faults_;
  random_table request_ids_;
  rate_limiter limiter_;
  access_tokens tokens_;
  pager pager_;
  counters counts_;
};

}  // namespace demo_api
