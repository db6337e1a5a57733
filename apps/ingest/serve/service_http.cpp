#include "serve/service_http.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/base64.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "json/json_text.hpp"
#include "serve/exposition.hpp"
#include "serve/http_server.hpp"
#include "serve/page/page.hpp"
#include "serve/status_json.hpp"

namespace ingest::app {

namespace {

constexpr std::chrono::milliseconds patience(5000);
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

http_reply problem_reply(unsigned status, const std::string& problem) {
  return {.status = status, .body = "{\"error\":" + detail::json_string(problem) + "}\n"};
}

const http_reply done{.body = "{\"done\":true}\n"};

/// It is obeyed: whoever stops what fills a disk must be able to, and is told what else to do.
http_reply done_for_now(const std::string& unsaved) {
  const std::string warning =
      "it is not on disk yet, so that a service that is killed now forgets it; it is tried "
      "again each second: " +
      log::redact(unsaved);
  return {.body = "{\"done\":true,\"warning\":" + detail::json_string(warning) + "}\n"};
}

ino_t inode_of(const std::filesystem::path& path) {
  struct stat there {};
  return ::lstat(path.c_str(), &there) == 0 ? there.st_ino : 0;
}

}  // namespace

struct service_http::server {
  server(service& s, std::string t) : of(s), token(std::move(t)), policy(page_policy()) {}
  ~server() {
    http.reset();
    if (!socket.empty() && inode_of(socket) == inode) {
      ::unlink(socket.c_str());
    }
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Why not; nothing: it may.
  std::optional<http_reply> refusal(const http_asked& asked) const {
    if (!token.empty()) {
      const std::string wanted = "Bearer " + token;
      if (asked.authorization.size() == wanted.size() &&
          CRYPTO_memcmp(asked.authorization.data(), wanted.data(), wanted.size()) == 0) {
        return std::nullopt;
      }
      http_reply reply = problem_reply(401, "this needs the token: Authorization: Bearer …");
      reply.headers.emplace_back("WWW-Authenticate", "Bearer");
      return reply;
    }
    if (socket.empty() && !names_this_machine(without_port(asked.host))) {
      return problem_reply(403, "without a token only this machine is answered, by its own name");
    }
    if (asked.method == "POST" && !asked.origin.empty() && asked.origin != "http://" + asked.host) {
      return problem_reply(403, "a page of another origin orders nothing here");
    }
    return std::nullopt;
  }

  /// What the service's thread makes of it; 503 where that does not answer.
  template <class Make>
  http_reply ask(Make make) {
    const auto made = std::make_shared<http_reply>();
    return of.ask([made, make = std::move(make)] { *made = make(); }, patience)
               ? *made
               : problem_reply(503, "the service does not answer");
  }

  http_reply order(const std::string& path) {
    constexpr std::string_view of_pipelines = "/api/pipelines/";
    if (path == "/api/reload") {
      return ask([this] {
        of.reload();
        return done;
      });
    }
    const std::size_t slash = path.rfind('/');
    const std::string word = path.substr(slash + 1);
    const auto* const verb = std::find_if(verbs.begin(), verbs.end(), [&](const auto& v) { return v.first == word; });
    if (!path.starts_with(of_pipelines) || slash < of_pipelines.size() || verb == verbs.end()) {
      return problem_reply(404, "there are POST /api/reload and /api/pipelines/NAME/start, stop, pause and resume");
    }
    return ask([this, pipeline = path.substr(of_pipelines.size(), slash - of_pipelines.size()), what = verb->second] {
      const auto answer = of.order(pipeline, what);
      return !answer                    ? problem_reply(404, "there is no pipeline " + pipeline)
             : !answer->problem.empty() ? problem_reply(409, answer->problem)
             : !answer->unsaved.empty() ? done_for_now(answer->unsaved)
                                        : done;
    });
  }

  http_reply answer(const http_asked& asked) {
    if (asked.method != "GET" && asked.method != "POST") {
      http_reply reply = problem_reply(405, "there are GET and POST");
      reply.headers.emplace_back("Allow", "GET, POST");
      return reply;
    }
    if (asked.method == "GET" && asked.path == "/") {
      // It holds no data, and asks for the token itself.
      return {.body = std::string(page_text()),
              .type = "text/html; charset=utf-8",
              .headers = {{"Content-Security-Policy", policy}}};
    }
    if (asked.method == "GET" && asked.path == "/healthz") {
      return ask([] { return http_reply{.body = "{\"healthy\":true}\n"}; });
    }
    const auto refused = refusal(asked);
    if (asked.method == "GET" && asked.path == "/readyz") {
      return ask([this, tells = !refused] {
        const service_status s = of.status();
        const std::string bare = std::string("{\"ready\":") + (is_ready(s) ? "true" : "false") + "}\n";
        return http_reply{.status = is_ready(s) ? 200U : 503U, .body = tells ? readiness_json(s) : bare};
      });
    }
    if (refused) {
      return *refused;
    }
    if (asked.method == "POST") {
      return order(asked.path);
    }
    if (asked.path == "/metrics") {
      return ask([this] { return http_reply{.body = exposition_of(of.status()), .type = prometheus_type}; });
    }
    if (asked.path == "/status") {
      return ask([this] { return http_reply{.body = status_json(of.status())}; });
    }
    return problem_reply(404, "there are /, /healthz, /readyz, /metrics and /status");
  }

  service& of;
  const std::string token;
  const std::string policy;
  std::filesystem::path socket;
  ino_t inode = 0;
  int port = 0;
  std::unique_ptr<http_server> http;
};

service_http::service_http(service& of, const http_address& where, std::string token)
    : server_(std::make_unique<server>(of, std::move(token))) {
  if (!where.is_local() && server_->token.empty()) {
    throw error(errc::usage,
                "--http on an address that others reach needs a token: name its file with --http-token-file");
  }
  detail::descriptor made = listening_at(where);
  if (where.socket.empty()) {
    server_->port = port_of(made);
  } else {
    server_->socket = where.socket;
    server_->inode = inode_of(where.socket);
  }
  server_->http = std::make_unique<http_server>(
      made.release(), [s = server_.get()](const http_asked& asked) { return s->answer(asked); });
}

service_http::~service_http() = default;

int service_http::port() const {
  return server_->port;
}

}  // namespace ingest::app
