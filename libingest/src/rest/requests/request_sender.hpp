#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "rest/requests/api_budget.hpp"
#include "rest/requests/http_transport.hpp"
#include "rest/requests/request_template.hpp"

namespace ingest::rest {

/// Makes one attempt at a request: within the API's budget, and along redirects (RFC 9110, section 15.4) as Python's
/// requests follows them, ten at most. Thread-safe.
class request_sender {
 public:
  /// Whether the request's own headers and body may go to a host.
  using trust = std::function<bool(const url&)>;

  /// `budget` may be null.
  request_sender(std::shared_ptr<http_transport> connections, std::shared_ptr<api_budget> budget)
      : connections_(std::move(connections)), budget_(std::move(budget)) {}

  /// A redirect to a host that is not trusted is followed without any header of the request; one that would take its
  /// body there is refused with errc::config. Else throws as http_transport::send() does.
  exchange attempt(prepared_request request, const trust& trusted, const std::stop_token& stop) const;

 private:
  exchange send_once(const prepared_request& request, const std::stop_token& stop) const;

  std::shared_ptr<http_transport> connections_;
  std::shared_ptr<api_budget> budget_;
};

}  // namespace ingest::rest
