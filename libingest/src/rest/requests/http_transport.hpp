#pragma once

#include <stop_token>
#include <string>

#include "ingest/http_client.hpp"
#include "rest/requests/exchange.hpp"

namespace ingest::rest {

/// What requests are carried by: connections, or what stands for them. Thread-safe.
class http_transport {
 public:
  virtual ~http_transport() = default;

  /// Sends `request` once and waits for its answer; `asked` is its URL for people. Throws errc::cancelled, errc::config
  /// as http_client::perform() does.
  virtual exchange send(const http_request& request, const std::string& asked, const std::stop_token& stop) = 0;
};

}  // namespace ingest::rest
