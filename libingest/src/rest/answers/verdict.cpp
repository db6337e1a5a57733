#include "rest/answers/verdict.hpp"

namespace ingest::rest {

namespace {

verdict verdict_of(const transport_failure& failure) {
  switch (failure.what) {
    // Trying again changes neither who the server is nor how much it sends.
    case transport_failure::kind::certificate:
    case transport_failure::kind::too_large:
      return {response_action::fail, failure_type::config, failure.message};
    case transport_failure::kind::connection:
    case transport_failure::kind::timeout:
      return {response_action::retry, failure_type::transient, failure.message};
  }
  return {response_action::retry, failure_type::transient, failure.message};
}

}  // namespace

std::optional<verdict> verdict_of_status(int status) {
  switch (status) {
    case 400:
      return verdict{response_action::fail, failure_type::system, "the API takes this for a bad request"};
    case 401:
      return verdict{response_action::fail, failure_type::config, "the API refuses the credentials"};
    case 403:
      return verdict{response_action::fail, failure_type::config, "the credentials have no permission for this"};
    case 404:
      return verdict{response_action::fail, failure_type::system, "the API has no such resource"};
    case 405:
      return verdict{response_action::fail, failure_type::system, "the API allows another method only"};
    case 429:
      return verdict{response_action::rate_limited, failure_type::transient, "too many requests"};
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
      return verdict{response_action::retry, failure_type::transient, ""};
    default:
      return std::nullopt;
  }
}

verdict default_verdict(const exchange& e) {
  if (e.failure) {
    return verdict_of(*e.failure);
  }
  if (e.given->ok()) {
    return {response_action::success, failure_type::system, ""};
  }
  return verdict_of_status(e.given->status()).value_or(verdict{response_action::retry, failure_type::system, ""});
}

}  // namespace ingest::rest
