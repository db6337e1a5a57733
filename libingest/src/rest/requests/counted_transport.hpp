#pragma once

#include <memory>

#include "ingest/metrics.hpp"
#include "rest/requests/http_transport.hpp"

namespace ingest::rest {

/// Another transport, whose requests are counted: how many, what came and how long that took, and those that the API
/// refused for their number, failed at, or did not answer. Which of these are asked again is not known here; nearly
/// all.
class counted_transport final : public http_transport {
 public:
  /// `counters` must outlive it.
  counted_transport(std::shared_ptr<http_transport> by, metrics& counters) : by_(std::move(by)), counters_(counters) {}

  exchange send(const http_request& request, const std::string& asked, const std::stop_token& stop) override;

 private:
  std::shared_ptr<http_transport> by_;
  metrics& counters_;
};

}  // namespace ingest::rest
