#pragma once

#include <stop_token>
#include <string>

#include "ingest/http_client.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

/// Asks a service that answers at HTTP_ADDRESS, or 127.0.0.1:9464. One thread at a time.
class service_client {
 public:
  /// Throws errc::usage for the address of a socket, and errc::config for a token that cannot be read.
  explicit service_client(const settings& s);

  /// The answer's body. Throws errc::unavailable where nothing answers, or with another status than 200 and, of GET
  /// /readyz, 503; and errc::authentication where the token is wrong.
  std::string get(const std::string& path, const std::stop_token& stop);
  std::string post(const std::string& path, const std::stop_token& stop);

 private:
  std::string answer_to(http_request::method verb, const std::string& path, const std::stop_token& stop);

  std::string base_;
  std::vector<http_header> headers_;
  http_client client_;
};

}  // namespace ingest::app
