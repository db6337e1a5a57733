#pragma once

#include <memory>
#include <string>

#include "serve/http_address.hpp"
#include "serve/service.hpp"

namespace ingest::app {

/// Answers by HTTP, from threads of its own, until its end:
///
///     GET  /          a page for people
///     GET  /healthz   200 where the service's own thread answers, else 503
///     GET  /readyz    200 or 503, and reasons as JSON
///     GET  /metrics   Prometheus' text format
///     GET  /status    JSON
///     POST /api/pipelines/NAME/start|stop|pause|resume
///     POST /api/reload
///
/// With a token every request but those to /, /healthz and /readyz needs `Authorization: Bearer TOKEN`. Without one
/// only requests that name this machine itself as their host are answered, and no web page of another origin can order
/// anything.
class service_http {
 public:
  /// Listens when this returns. `token`: empty: none. Throws errc::usage where the address is not of this machine only
  /// and there is no token, and errc::io where it cannot listen.
  service_http(service& of, const http_address& where, std::string token);
  ~service_http();
  service_http(const service_http&) = delete;
  service_http& operator=(const service_http&) = delete;

  int port() const;

 private:
  struct server;
  std::unique_ptr<server> server_;
};

}  // namespace ingest::app
