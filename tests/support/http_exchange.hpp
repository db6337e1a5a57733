#pragma once

#include <map>
#include <string>
#include <vector>

namespace ingest::testing {

/// What came of a request.
struct http_answer {
  std::string failure;  ///< why there is no whole answer, in libcurl's words; empty if there is one
  long status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  ///< names in lower case
};

/// A plain HTTP client on one connection, kept alive. Never retries, never follows redirects.
class http_client {
 public:
  http_client();
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// Sent with every request, such as "X-API-Key: abc".
  std::vector<std::string> headers;
  bool gzip = false;

  http_answer get(const std::string& url) { return exchange(url, nullptr); }
  http_answer post(const std::string& url, const std::string& body = "") { return exchange(url, &body); }

  /// How many connections it has opened.
  long connections() const { return connections_; }

 private:
  http_answer exchange(const std::string& url, const std::string* posted);

  void* handle_;
  long connections_ = 0;
};

/// `text` escaped for a query string.
std::string url_escape(const std::string& text);

}  // namespace ingest::testing
