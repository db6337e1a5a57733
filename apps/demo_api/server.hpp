#pragma once

#include <memory>

#include "demo_api/event_store.hpp"
#include "demo_api/options.hpp"

namespace demo_api {

/// The HTTP server: the API, and /healthz, /counters and /truth beside it.
class server {
 public:
  /// `events` must outlive this object.
  server(const options& chosen, const event_store& events);

  /// Stops.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens and answers in threads of its own; returns the port. Throws std::runtime_error if the address is taken.
  int start();

  /// Breaks off everything and waits for the threads to end.
  void stop();

 private:
  class listener;

  std::unique_ptr<listener> listener_;
};

}  // namespace demo_api
