#pragma once

#include <optional>
#include <string>

#include "rest/requests/exchange.hpp"

namespace ingest::rest {

enum class response_action {
  success,
  retry,
  fail,
  ignore,
  reset_pagination,
  rate_limited,
  refresh_token_then_retry,
};

/// Who can mend a failure: the writer of the connector, whoever set its settings, time.
enum class failure_type { system, config, transient };

/// What is to be made of an attempt.
struct verdict {
  response_action action = response_action::success;
  failure_type failure = failure_type::system;
  std::string message = {};  ///< for people; empty: what the API says is enough

  bool asks_for_another_attempt() const {
    return action == response_action::retry || action == response_action::rate_limited ||
           action == response_action::refresh_token_then_retry;
  }
};

/// The CDK's mapping of statuses and failures to connect, used where no filter of the manifest matches.
std::optional<verdict> verdict_of_status(int status);
verdict default_verdict(const exchange& e);

}  // namespace ingest::rest
