#pragma once

#include <string>
#include <string_view>

#include "ingest/error.hpp"
#include "rest/answers/verdict.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

/// What failed_request() makes, for those who want to know what was answered.
class request_failure : public error {
 public:
  request_failure(errc code, const std::string& message, int status) : error(code, message), status_(status) {}

  /// 0: there was no answer.
  int status() const { return status_; }

 private:
  int status_;
};

/// The error of a request that failed: names stream, method, URL without its query, status, what the connector and the
/// API say about it, the latter shortened; no secrets. errc::authentication for 401, errc::unavailable for what may
/// pass, errc::config for all else: a person has to change the connector, its settings or a permission.
request_failure failed_request(const std::string& name, std::string_view method, const url& target, const verdict& v,
                               const exchange& e);

}  // namespace ingest::rest
