#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "http/rate_limit.hpp"
#include "ingest/stop.hpp"
#include "rest/requests/http_transport.hpp"

namespace ingest::rest {

struct politeness {
  std::size_t most_requests = 14;
  std::chrono::milliseconds between{300};          ///< requests
  std::chrono::milliseconds longest_wait{60'000};  ///< that an answer may ask for
  timing time = {};
};

/// A few requests to an API that somebody wants to know: one at a time, only GET, with a pause between them, and a
/// longer one where an answer asks for it by Retry-After or says that no request remains. Thread-safe.
class polite_transport final : public http_transport {
 public:
  polite_transport(std::shared_ptr<http_transport> to, politeness manners)
      : to_(std::move(to)), manners_(std::move(manners)), limit_(std::chrono::hours(24 * 366)) {}

  /// Throws errc::config where so many requests were sent already, and for any other method than GET; errc::unavailable
  /// where a longer wait was asked for than anybody has who looks on; else as the transport behind it.
  exchange send(const http_request& request, const std::string& asked, const std::stop_token& stop) override;

  std::size_t sent() const;
  /// How many more may be sent.
  std::size_t left() const;

 private:
  void wait(const std::string& asked, const std::stop_token& stop);
  void observe(const exchange& got);

  std::shared_ptr<http_transport> to_;
  politeness manners_;
  mutable std::mutex mutex_;
  rate_limit limit_;
  std::size_t sent_ = 0;
  std::optional<timing::clock::time_point> last_;
};

}  // namespace ingest::rest
