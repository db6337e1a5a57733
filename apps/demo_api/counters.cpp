#include "demo_api/counters.hpp"

#include <algorithm>
#include <string_view>

namespace demo_api {

void counters::serve(const page_id& page, std::uint64_t bytes) {
  ++pages_served;
  events_served += std::get<1>(page) - std::get<0>(page);
  bytes_served += bytes;
  const std::scoped_lock lock(mutex_);
  ++pages_[page];
}

bool counters::was_served(const page_id& page) const {
  const std::scoped_lock lock(mutex_);
  return pages_.contains(page);
}

std::string counters::to_json() const {
  std::string json = "{";
  const auto add = [&json](std::string_view name, std::uint64_t value) {
    json += json.size() == 1 ? "\"" : ",\"";
    json += name;
    json += "\":";
    json += std::to_string(value);
  };
  add("requests", requests);
  add("requests_standard", requests_standard);
  add("requests_stream", requests_stream);
  add("requests_access", requests_access);
  add("connections", connections);
  add("pages_served", pages_served);
  add("events_served", events_served);
  add("bytes_served", bytes_served);
  add("overlapping_pages", overlapping_pages);
  add("tokens_issued", tokens_issued);
  add("tokens_refused", tokens_refused);
  add("access_refused", access_refused);
  add("unauthorized", unauthorized);
  add("rate_limited", rate_limited);
  add("cursors_expired", cursors_expired);
  add("cursors_invalid", cursors_invalid);
  add("fault_429", fault_429);
  add("fault_5xx", fault_5xx);
  add("fault_reset", fault_reset);
  add("fault_truncate", fault_truncate);
  add("fault_garbage", fault_garbage);
  add("fault_revoke", fault_revoke);
  add("fault_expire", fault_expire);
  add("fault_latency", fault_latency);
  add("requests_before_retry_after", retry_after.requests_too_early());
  add("repeats_before_retry_after", retry_after.repeats_too_early());
  const std::scoped_lock lock(mutex_);
  add("distinct_pages", pages_.size());
  add("pages_served_again", static_cast<std::uint64_t>(std::count_if(
                                pages_.begin(), pages_.end(), [](const auto& page) { return page.second > 1; })));
  return json + "}";
}

}  // namespace demo_api
