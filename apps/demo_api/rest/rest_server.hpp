#pragma once

#include <string>

#include "demo_api/http_listener.hpp"
#include "demo_api/options.hpp"
#include "demo_api/rest/request_log.hpp"
#include "demo_api/rest/rest_api.hpp"

namespace demo_api::rest {

/// The HTTP server of the second face: the API that a file describes, and beside it /healthz, /counters, /requests,
/// /truth, /truth/RESOURCE and /control/….
class rest_server {
 public:
  /// Reads `chosen.rest`. Throws std::runtime_error, naming file, line and setting.
  explicit rest_server(const options& chosen);

  /// As server::start() and server::stop().
  int start();
  void stop() { listener_.stop(); }

 private:
  void answer(const http_request& request, http_response& response, const connection& line);
  bool answer_beside_the_api(const http_request& request, http_response& response);
  bool control(const http_request& request);
  std::string counters() const;

  options options_;
  rest_api api_;
  request_log log_;
  http_listener listener_;
};

}  // namespace demo_api::rest
