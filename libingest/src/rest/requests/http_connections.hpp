#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "core/payload_pool.hpp"
#include "rest/requests/http_transport.hpp"

namespace ingest::rest {

/// The connections of a connector, kept open from request to request: as many as threads send at a time. Thread-safe.
class http_connections final : public http_transport {
 public:
  /// HTTP/1.1 is spoken whatever `options` say: HTTP/2 has all header names in lower case, and manifests name them as
  /// Python's requests sees them.
  explicit http_connections(http_client_options options);

  exchange send(const http_request& request, const std::string& asked, const std::stop_token& stop) override;

 private:
  std::unique_ptr<http_client> take();
  void put_back(std::unique_ptr<http_client> client);

  static constexpr std::size_t spare_bodies = 4;
  static constexpr std::size_t usual_body = 8u << 20;

  http_client_options options_;
  payload_pool bodies_{spare_bodies, usual_body};
  std::mutex mutex_;
  std::vector<std::unique_ptr<http_client>> idle_;
};

}  // namespace ingest::rest
