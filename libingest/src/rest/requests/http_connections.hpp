#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/http_client.hpp"
#include "rest/requests/exchange.hpp"

namespace ingest::rest {

/// The connections of a connector, kept open from request to request: as many as threads send at a time. Thread-safe.
class http_connections {
 public:
  /// HTTP/1.1 is spoken whatever `options` say: HTTP/2 has all header names in lower case, and manifests name them as
  /// Python's requests sees them.
  explicit http_connections(http_client_options options);

  /// Sends `request` once and waits for its answer; `asked` is its URL for people. Throws errc::cancelled, errc::config
  /// as http_client::perform() does.
  exchange send(const http_request& request, const std::string& asked, const std::stop_token& stop);

 private:
  std::unique_ptr<http_client> take();
  void put_back(std::unique_ptr<http_client> client);

  http_client_options options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<http_client>> idle_;
};

}  // namespace ingest::rest
