#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "rest/requests/answer.hpp"
#include "rest/requests/request_options.hpp"

namespace ingest::rest {

/// What has come of a request.
struct request_outcome {
  enum class kind {
    answered,
    ignored,           ///< a response filter says IGNORE. As with SUCCESS, the CDK takes an answer that is not ok() for
                       ///< the end of the slice, without records, and reads one that is ok() like any other
    pagination_reset,  ///< a response filter says RESET_PAGINATION: begin the slice anew
  };
  kind what = kind::answered;
  std::optional<answer> given;  ///< nothing only where what was ignored is a failure to connect
};

/// Sends requests of a stream. Thread-safe: the slices of a stream share one.
class requester {
 public:
  virtual ~requester() = default;

  /// Sends one request and waits for what comes of it, over retries, rate limits and redirects. `given` has config,
  /// stream_slice, next_page_token and whatever else the templates of the requester may name; its own `parameters` it
  /// adds itself. `path`, from a RequestPath, stands for the requester's own: a path or a whole URL.
  /// Throws errc::config for options that collide, for templates that cannot be evaluated, and for a URL on a host that
  /// must not get the credentials; errc::authentication, errc::config or errc::unavailable where the answer is a
  /// failure by the rules of the error handler; errc::unavailable where retries are used up; errc::cancelled within a
  /// second once `stop` is requested.
  virtual request_outcome send(const variables& given, const request_options& injected,
                               const std::optional<std::string>& path, const std::stop_token& stop) = 0;

  /// What send() would send, as templates see a request of Python's: its method, url, headers and body. Without what
  /// the authenticator puts in and what is injected.
  virtual value described(const variables& given) const = 0;
};

}  // namespace ingest::rest
