#include "rest/requests/http_connections.hpp"

#include <utility>

namespace ingest::rest {

http_connections::http_connections(http_client_options options) : options_(std::move(options)) {
  options_.http2 = false;
}

exchange http_connections::send(const http_request& request, const std::string& asked, const std::stop_token& stop) {
  auto client = take();
  const http_result& result = client->perform(request, stop);
  exchange e;
  if (result.failure) {
    e.failure = result.failure;
  } else {
    auto body = bodies_.take();
    *body = client->take_body(std::move(*body));
    e.given.emplace(result.status, result.headers, std::move(body), asked);
  }
  put_back(std::move(client));
  return e;
}

std::unique_ptr<http_client> http_connections::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto client = std::move(idle_.back());
      idle_.pop_back();
      return client;
    }
  }
  return std::make_unique<http_client>(options_);
}

void http_connections::put_back(std::unique_ptr<http_client> client) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(client));
}

}  // namespace ingest::rest
