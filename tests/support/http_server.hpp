#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ingest::testing {

struct received_request {
  std::string method;
  std::string path;
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  int remote_port = 0;
  std::string target = {};  ///< path and query, as they were sent

  /// A query parameter, or a header's value; empty if there is none.
  std::string parameter(const std::string& name) const;
  std::string header(const std::string& name) const;
};

struct reply {
  int status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string content_type = "application/json";
};

/// An HTTP server on a free port of 127.0.0.1, which answers with what `handler` returns. The handler is called by
/// several threads, but never by two at once.
class http_server {
 public:
  using handler = std::function<reply(const received_request&)>;

  explicit http_server(handler h);
  ~http_server();

  int port() const;
  std::string url(const std::string& path = "") const;

  /// All requests so far.
  std::vector<received_request> requests() const;

 private:
  struct running;
  std::unique_ptr<running> running_;
};

}  // namespace ingest::testing
