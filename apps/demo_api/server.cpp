#include "demo_api/server.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include "demo_api/analytics_api.hpp"
#include "demo_api/connection.hpp"

namespace demo_api {
namespace {

constexpr auto idle_limit = std::chrono::minutes(5);
constexpr std::size_t truth_step = 4096;  // events sent at once

}  // namespace

/// cpp-httplib's server on connections of our own. Each connection has a thread of the pool until it ends.
class server::listener final : public httplib::Server {
 public:
  listener(const options& chosen, const event_store& events);
  ~listener() override;

  int start();
  void stop_all();

 private:
  bool process_and_close_socket(socket_t socket) override;
  void add_routes();
  void send_truth(httplib::Response& response) const;

  std::string host_;
  int port_;
  const event_store& events_;
  analytics_api api_;
  int stop_fd_;
  std::thread accepting_;
};

server::listener::listener(const options& chosen, const event_store& events)
    : host_(chosen.host),
      port_(chosen.port),
      events_(events),
      api_(chosen, events),
      stop_fd_(::eventfd(0, EFD_CLOEXEC)) {
  if (stop_fd_ < 0) {
    throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  new_task_queue = [threads = chosen.threads] { return new httplib::ThreadPool(threads); };
  set_tcp_nodelay(true);
  // The default also sets SO_REUSEPORT, with which two servers would share a port in silence.
  set_socket_options([](socket_t socket) {
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  add_routes();
}

server::listener::~listener() {
  stop_all();
  ::close(stop_fd_);
}

void server::listener::add_routes() {
  Get("/api/v1/events", [this](const httplib::Request& request, httplib::Response& response) {
    api_.standard_events(request, response, connection::current());
  });
  Get("/api/v1/events/d4ta/x7k9/feed", [this](const httplib::Request& request, httplib::Response& response) {
    api_.stream_events(request, response, connection::current());
  });
  Post("/internal/dashboard/stream-access", [this](const httplib::Request& request, httplib::Response& response) {
    api_.stream_access_token(request, response, connection::current());
  });
  Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(R"({"status":"ok"})", "application/json");
  });
  Get("/counters", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content(api_.counts().to_json(), "application/json");
  });
  Get("/truth", [this](const httplib::Request&, httplib::Response& response) { send_truth(response); });
}

void server::listener::send_truth(httplib::Response& response) const {
  response.set_chunked_content_provider("application/x-ndjson", [this, next = std::size_t{0}, lines = std::string()](
                                                                    std::size_t, httplib::DataSink& sink) mutable {
    if (next == events_.size()) {
      sink.done();
      return true;
    }
    const std::size_t last = std::min(next + truth_step, events_.size());
    lines.clear();
    events_.append(next, last, '\n', lines);
    lines += '\n';
    next = last;
    return sink.write(lines.data(), lines.size());
  });
}

int server::listener::start() {
  if (port_ == 0) {
    port_ = bind_to_any_port(host_);
  } else if (!bind_to_port(host_, port_)) {
    port_ = -1;
  }
  if (port_ < 0) {
    throw std::runtime_error("cannot listen on " + host_ + ": " + std::strerror(errno) +
                             "; choose another --port or --host");
  }
  // cpp-httplib asks for a queue of 5; more readers than that may connect in the same moment.
  ::listen(svr_sock_, SOMAXCONN);
  accepting_ = std::thread([this] { listen_after_bind(); });
  while (!is_running()) {
    std::this_thread::yield();
  }
  return port_;
}

void server::listener::stop_all() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(stop_fd_, &one, sizeof one));
  if (accepting_.joinable()) {
    stop();
    accepting_.join();
  }
}

bool server::listener::process_and_close_socket(socket_t socket) {
  connection line(socket, stop_fd_);
  ++api_.counts().connections;
  while (line.wait_for_request(idle_limit)) {
    bool closed = false;
    const bool answered = process_request(line, false, closed, [&line](httplib::Request& request) {
      line.accepts_gzip = request.get_header_value("Accept-Encoding").find("gzip") != std::string::npos;
      request.headers.erase("Accept-Encoding");
      // Without a length cpp-httplib would read the body until the client closes the connection.
      if (request.method == "POST" && !request.has_header("Content-Length") &&
          !request.has_header("Transfer-Encoding")) {
        request.set_header("Content-Length", "0");
      }
    });
    if (!line.flush() || !answered || closed || line.closing()) {
      break;
    }
  }
  return true;
}

server::server(const options& chosen, const event_store& events)
    : listener_(std::make_unique<listener>(chosen, events)) {}

server::~server() = default;

int server::start() {
  return listener_->start();
}

void server::stop() {
  listener_->stop_all();
}

}  // namespace demo_api
