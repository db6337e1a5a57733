#pragma once

#include <cstddef>

#include "demo_api/analytics_api.hpp"
#include "demo_api/event_store.hpp"
#include "demo_api/http_listener.hpp"
#include "demo_api/options.hpp"

namespace demo_api {

/// The HTTP server: the API, and /healthz, /counters and /truth beside it.
class server {
 public:
  /// `events` must outlive this object.
  server(const options& chosen, const event_store& events);

  /// Listens and answers in threads of its own; returns the port. Throws std::runtime_error if the address is taken.
  int start();

  /// Breaks off everything and waits for the threads to end.
  void stop() { listener_.stop(); }

 private:
  void answer(const http_request& request, http_response& response, const connection& line);
  void answer_beside_the_api(const http_request& request, http_response& response);
  void send_truth(http_response& response) const;

  options options_;
  const event_store& events_;
  analytics_api api_;
  http_listener listener_;
};

}  // namespace demo_api
