#pragma once

#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/stop.hpp"
#include "rest/requests/answer.hpp"
#include "rest/requests/call_rate_policy.hpp"

namespace ingest::rest {

struct api_budget_options {
  std::vector<std::shared_ptr<call_rate_policy>> policies = {};
  std::string ratelimit_reset_header = "ratelimit-reset";
  std::string ratelimit_remaining_header = "ratelimit-remaining";
  std::set<int> status_codes_for_ratelimit_hit = {429};
  timing time = {};
};

/// HTTPAPIBudget: of all streams of a connector. The first policy that matches a call holds for it; a call that none
/// matches may be made at any time. Thread-safe.
class api_budget {
 public:
  explicit api_budget(api_budget_options options) : options_(std::move(options)) {}

  /// Waits until the call may be made. Throws errc::cancelled once `stop` is requested.
  void acquire(const api_call& call, const std::stop_token& stop);

  /// Learns from the answer to a call: what its headers say about calls that are left and when their number begins
  /// anew (in whichever form APIs say that), or that its status means a limit was hit.
  void observe(const api_call& call, const answer& given);

 private:
  call_rate_policy* policy_for(const api_call& call) const;

  api_budget_options options_;
};

}  // namespace ingest::rest
