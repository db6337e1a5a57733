#include "support/http_server.hpp"

#include <algorithm>
#include <cctype>
#include <mutex>

#include "demo_api/http_listener.hpp"
#include "support/passed_order.hpp"

namespace ingest::testing {

namespace {

constexpr std::size_t connections_at_once = 32;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

received_request received(const demo_api::http_request& from) {
  received_request r{from.method, from.path, {}, {}, from.body, from.remote_port, from.target};
  r.query.insert(from.parameters.begin(), from.parameters.end());
  for (const auto& [name, value] : from.headers) {
    r.headers[lower(name)] = value;
  }
  return r;
}

std::string value_in(const std::map<std::string, std::string>& values, const std::string& name) {
  const auto at = values.find(name);
  return at == values.end() ? "" : at->second;
}

}  // namespace

std::string received_request::parameter(const std::string& name) const {
  return value_in(query, name);
}
std::string received_request::header(const std::string& name) const {
  return value_in(headers, lower(name));
}

struct http_server::running {
  explicit running(handler h)
      : answer(std::move(h)),
        listener([this](const demo_api::http_request& from, demo_api::http_response& to, const demo_api::connection&) {
          const std::lock_guard lock(mutex);
          pass_order_on();
          requests.push_back(received(from));
          const reply r = answer(requests.back());
          pass_order_on();
          to.headers = r.headers;
          to.set(r.status, r.body, r.content_type);
        }),
        port(listener.start("127.0.0.1", 0, connections_at_once)) {}

  handler answer;
  mutable std::mutex mutex;
  std::vector<received_request> requests;
  demo_api::http_listener listener;
  int port;
};

http_server::http_server(handler h) : running_(std::make_unique<running>(std::move(h))) {}

http_server::~http_server() = default;

int http_server::port() const {
  return running_->port;
}

std::string http_server::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + path;
}

std::vector<received_request> http_server::requests() const {
  const std::lock_guard lock(running_->mutex);
  return running_->requests;
}

}  // namespace ingest::testing
