#pragma once

#include "demo_api/http_message.hpp"
#include "demo_api/rate_limiter.hpp"
#include "demo_api/rest/description/settings.hpp"

namespace demo_api::rest {

/// A limit of requests, and how clients are told of it. Thread-safe.
class rate_limit {
 public:
  /// Takes `requests`, `window_ms` (60000), `status` (429) and `headers`, a word of the table in rate_limit.cpp.
  explicit rate_limit(settings& s);

  /// Adds headers; false, with the whole answer, if the request is one too many.
  bool admit(http_response& response);

  struct told {
    std::uint64_t limit;
    std::uint64_t window_s;
    rate_limiter::verdict verdict;
  };

 private:
  std::uint64_t window_ms_;
  rate_limiter limiter_;
  int status_;
  void (*tell_)(const told&, http_response&);
};

}  // namespace demo_api::rest
