#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "rest/requests/http_transport.hpp"

namespace ingest::rest {

/// Sends by another transport, and keeps what went out and what came back, with all secrets in it: in memory only.
class exchange_recorder final : public http_transport {
 public:
  struct kept {
    std::string group;  ///< see enter()
    bool asks_for_token = false;
    http_request request;
    exchange outcome;
  };

  explicit exchange_recorder(std::shared_ptr<http_transport> by) : by_(std::move(by)) {}

  /// Throws as the other transport does, and errc::bad_data where what is kept becomes too large for a recording.
  exchange send(const http_request& request, const std::string& asked, const std::stop_token& stop) override;

  /// What follows belongs to that slice; "": to the search for slices.
  void enter(std::string group);

  /// All since it was called before.
  std::vector<kept> take();

 private:
  std::shared_ptr<http_transport> by_;
  std::mutex mutex_;
  std::string group_;
  std::vector<kept> all_;
  std::size_t bytes_ = 0;
};

}  // namespace ingest::rest
