#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ingest::app {

struct http_asked {
  std::string method;
  std::string path;  ///< without its query
  std::string host;
  std::string origin;
  std::string authorization;
};

struct http_reply {
  unsigned status = 200;
  std::string body;
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Answers small requests, one on each connection, in a thread of its own. What a client can make it hold is bounded:
/// 64 connections, 16 KiB of lines, 64 KiB of body, ten seconds for all of it; further connections are closed at once.
class http_server {
 public:
  /// `listening` is a socket that listens and does not block; it is closed at the end. `answer` may take a while;
  /// others wait for it.
  http_server(int listening, std::function<http_reply(const http_asked&)> answer);

  /// Open connections are closed, however far they are.
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

 private:
  struct loop;
  std::unique_ptr<loop> loop_;
};

}  // namespace ingest::app
