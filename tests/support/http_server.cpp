#include "support/http_server.hpp"

#include <httplib.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace ingest::testing {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

received_request received(const httplib::Request& from) {
  received_request r{from.method, from.path, {}, {}, from.body, from.remote_port};
  r.query.insert(from.params.begin(), from.params.end());
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
  explicit running(handler h) : answer(std::move(h)) {
    const auto serve = [this](const httplib::Request& from, httplib::Response& to) {
      const std::lock_guard lock(mutex);
      requests.push_back(received(from));
      const reply r = answer(requests.back());
      to.status = r.status;
      for (const auto& [name, value] : r.headers) {
        to.set_header(name, value);
      }
      to.set_content(r.body, r.content_type);
    };
    server.Get(".*", serve);
    server.Post(".*", serve);
    server.set_keep_alive_max_count(100'000);
    server.set_keep_alive_timeout(1);
    server.set_tcp_nodelay(true);
    port = server.bind_to_any_port("127.0.0.1");
    if (port <= 0) {
      throw std::runtime_error("no free port on 127.0.0.1");
    }
    thread = std::thread([this] { server.listen_after_bind(); });
  }

  ~running() {
    // A server that is stopped before it listens goes on to listen for ever.
    while (!server.is_running()) {
      std::this_thread::yield();
    }
    server.stop();
    thread.join();
  }

  handler answer;
  mutable std::mutex mutex;
  std::vector<received_request> requests;
  httplib::Server server;
  int port = 0;
  std::thread thread;
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
