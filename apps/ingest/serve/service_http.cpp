#include "serve/service_http.hpp"

#include <httplib.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <thread>

#include "core/base64.hpp"
#include "ingest/error.hpp"
#include "json/json_text.hpp"
#include "serve/exposition.hpp"
#include "serve/page/page.hpp"
#include "serve/status_json.hpp"

namespace ingest::app {

namespace {

constexpr std::chrono::milliseconds patience(5000);
constexpr const char* json_type = "application/json";
constexpr const char* prometheus_type = "text/plain; version=0.0.4; charset=utf-8";

constexpr std::array<std::pair<std::string_view, service::verb>, 4> verbs = {{
    {"start", service::verb::start},
    {"stop", service::verb::stop},
    {"pause", service::verb::pause},
    {"resume", service::verb::resume},
}};

/// Of the text between two tags of the page.
std::string digest_of(std::string_view begin, std::string_view end) {
  const std::size_t from = page_text().find(begin) + begin.size();
  const std::string_view text = page_text().substr(from, page_text().find(end, from) - from);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
  return "'sha256-" + detail::base64(digest) + "'";
}

/// The page's own script and style run, and nothing that gets into it.
std::string page_policy() {
  return "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'; script-src " +
         digest_of("<script>", "</script>") + "; style-src " + digest_of("<style>", "</style>");
}

std::string without_port(const std::string& host) {
  if (host.starts_with('[')) {
    return host.substr(0, host.find(']') + 1);
  }
  return host.substr(0, host.find(':'));
}

bool names_this_machine(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1" || host == "[::1]";
}

void answer_problem(httplib::Response& to, int status, const std::string& problem) {
  to.status = status;
  to.set_content("{\"error\":" + detail::json_string(problem) + "}\n", json_type);
}

}  // namespace

bool http_address::is_local() const {
  return !socket.empty() || names_this_machine(host);
}

http_address parse_http_address(const std::string& text) {
  http_address at;
  constexpr std::string_view unix_prefix = "unix:";
  if (text.starts_with(unix_prefix) && text.size() > unix_prefix.size()) {
    at.socket = text.substr(unix_prefix.size());
    return at;
  }
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && colon > 0) {
    at.host = text.substr(0, colon);
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, at.port);
    if (at.host.starts_with('[') && at.host.ends_with(']')) {
      at.host = at.host.substr(1, at.host.size() - 2);
    }
    if (parsed.ec == std::errc() && parsed.ptr == end && at.port >= 0 && at.port <= 65535 && !at.host.empty()) {
      return at;
    }
  }
  throw error(errc::usage,
              "--http=" + text + ": write an address and a port, 127.0.0.1:9464, or unix:/path/of/a/socket");
}

struct service_http::server {
  server(service& s, std::string t) : of(s), token(std::move(t)) {}

  bool may(const httplib::Request& asked, httplib::Response& to, bool orders) const {
    if (!token.empty()) {
      const std::string given = asked.get_header_value("Authorization");
      const std::string wanted = "Bearer " + token;
      if (given.size() == wanted.size() && CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0) {
        return true;
      }
      to.set_header("WWW-Authenticate", "Bearer");
      answer_problem(to, 401, "this needs the token: Authorization: Bearer …");
      return false;
    }
    if (!is_socket && !names_this_machine(without_port(asked.get_header_value("Host")))) {
      answer_problem(to, 403, "without a token only this machine is answered, by its own name");
      return false;
    }
    const std::string origin = asked.get_header_value("Origin");
    const std::string own = "http://" + asked.get_header_value("Host");
    if (orders && !origin.empty() && origin != own) {
      answer_problem(to, 403, "a page of another origin orders nothing here");
      return false;
    }
    return true;
  }

  /// Has it done by the service's thread; 503 where that does not answer.
  bool ask(httplib::Response& to, std::function<void()> what) {
    if (of.ask(std::move(what), patience)) {
      return true;
    }
    answer_problem(to, 503, "the service does not answer");
    return false;
  }

  /// The status, in what a late answer may still be written to.
  std::shared_ptr<service_status> status(httplib::Response& to) {
    auto found = std::make_shared<service_status>();
    return ask(to, [this, found] { *found = of.status(); }) ? found : nullptr;
  }

  void order(const std::string& path, httplib::Response& to) {
    constexpr std::string_view of_pipelines = "/api/pipelines/";
    if (path == "/api/reload") {
      if (ask(to, [this] { of.reload(); })) {
        to.set_content("{\"done\":true}\n", json_type);
      }
      return;
    }
    const std::size_t slash = path.rfind('/');
    const std::string word = path.substr(slash + 1);
    const auto* const verb = std::find_if(verbs.begin(), verbs.end(), [&](const auto& v) { return v.first == word; });
    if (!path.starts_with(of_pipelines) || slash < of_pipelines.size() || verb == verbs.end()) {
      answer_problem(to, 404, "there are POST /api/reload and /api/pipelines/NAME/start, stop, pause and resume");
      return;
    }
    const std::string pipeline = path.substr(of_pipelines.size(), slash - of_pipelines.size());
    auto problem = std::make_shared<std::string>();
    if (ask(to, [this, pipeline, what = verb->second, problem] { *problem = of.order(pipeline, what); })) {
      problem->empty() ? to.set_content("{\"done\":true}\n", json_type)
                       : answer_problem(to, problem->starts_with("there is no pipeline") ? 404 : 409, *problem);
    }
  }

  void set_up() {
    http.new_task_queue = [] { return new httplib::ThreadPool(4); };
    http.set_payload_max_length(64 << 10);
    http.set_keep_alive_max_count(1);  // a body that nobody reads must not be taken for the next request
    http.set_read_timeout(10, 0);
    http.set_write_timeout(10, 0);
    http.set_default_headers({{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}});
    // It holds no data, and asks for the token itself.
    http.Get("/", [policy = page_policy()](const httplib::Request&, httplib::Response& to) {
      to.set_header("Content-Security-Policy", policy);
      to.set_content(std::string(page_text()), "text/html; charset=utf-8");
    });
    http.Get("/healthz", [this](const httplib::Request&, httplib::Response& to) {
      if (ask(to, [] {})) {
        to.set_content("{\"healthy\":true}\n", json_type);
      }
    });
    http.Get("/readyz", [this](const httplib::Request&, httplib::Response& to) {
      if (const auto s = status(to)) {
        to.status = is_ready(*s) ? 200 : 503;
        to.set_content(readiness_json(*s), json_type);
      }
    });
    http.Get("/metrics", [this](const httplib::Request& asked, httplib::Response& to) {
      if (may(asked, to, false)) {
        if (const auto s = status(to)) {
          to.set_content(exposition_of(*s), prometheus_type);
        }
      }
    });
    http.Get("/status", [this](const httplib::Request& asked, httplib::Response& to) {
      if (may(asked, to, false)) {
        if (const auto s = status(to)) {
          to.set_content(status_json(*s), json_type);
        }
      }
    });
    // Orders have no body. Those of clients that announce none are answered here, before one is waited for.
    http.set_pre_routing_handler([this](const httplib::Request& asked, httplib::Response& to) {
      if (asked.method != "POST") {
        return httplib::Server::HandlerResponse::Unhandled;
      }
      if (may(asked, to, true)) {
        order(asked.path, to);
      }
      return httplib::Server::HandlerResponse::Handled;
    });
  }

  service& of;
  const std::string token;
  bool is_socket = false;
  std::filesystem::path socket;
  int port = 0;
  httplib::Server http;
  std::atomic<bool> has_ended{false};
  std::thread thread;
};

service_http::service_http(service& of, const http_address& where, std::string token)
    : server_(std::make_unique<server>(of, std::move(token))) {
  if (!where.is_local() && server_->token.empty()) {
    throw error(errc::usage,
                "--http on an address that others reach needs a token: name its file with --http-token-file");
  }
  server_->set_up();
  bool listens = false;
  if (!where.socket.empty()) {
    server_->is_socket = true;
    server_->socket = where.socket;
    std::error_code ignored;
    std::filesystem::remove(where.socket, ignored);  // of a service that was killed
    server_->http.set_address_family(AF_UNIX);
    listens = server_->http.bind_to_port(where.socket.string(), 80);
  } else if (where.port == 0) {
    server_->port = server_->http.bind_to_any_port(where.host);
    listens = server_->port > 0;
  } else {
    server_->port = where.port;
    listens = server_->http.bind_to_port(where.host, where.port);
  }
  if (!listens) {
    throw error(errc::io,
                "cannot listen for HTTP at " +
                    (where.socket.empty() ? where.host + ":" + std::to_string(where.port) : where.socket.string()) +
                    ": is something else there already?");
  }
  server_->thread = std::thread([this] {
    server_->http.listen_after_bind();
    server_->has_ended = true;
  });
  // stop() before it has begun would not end it.
  while (!server_->http.is_running() && !server_->has_ended) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

service_http::~service_http() {
  server_->http.stop();
  server_->thread.join();
  if (!server_->socket.empty()) {
    std::error_code ignored;
    std::filesystem::remove(server_->socket, ignored);
  }
}

int service_http::port() const {
  return server_->port;
}

}  // namespace ingest::app
