#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/error.hpp"

namespace ingest {

struct http_header {
  std::string name;
  std::string value;

  bool operator==(const http_header&) const = default;
};

/// Throws errc::config, naming the header but not its value, for a name that is no token (RFC 9110, section 5.6.2) or a
/// value with a line break or another control character but the tab: it could smuggle in further headers.
void validate(const http_header& header);

struct http_client_options {
  std::chrono::milliseconds connect_timeout{std::chrono::seconds(10)};
  std::chrono::milliseconds request_timeout{std::chrono::seconds(60)};  ///< from the start to the body's last byte
  std::size_t max_body_bytes = 64u << 20;                               ///< counted after decompression
  std::size_t max_header_bytes = 64u << 10;                             ///< all headers of a response
  bool compression = true;                                              ///< ask for compressed responses
  bool http2 = true;  ///< where a server of https offers it; it spells all header names in lower case
  std::string user_agent = {};
  std::string ca_file = {};  ///< certificates to trust; empty: the system's
};

struct http_request {
  enum class method { get, post, put, patch, del };
  method verb = method::get;
  std::string url = {};  ///< http or https
  std::vector<http_header> headers = {};
  std::string body = {};  ///< sent if it is not empty, and by all methods but get if it is; has only the type that a
                          ///< header gives it
};

/// Why there is no response, or only part of one.
struct transport_failure {
  enum class kind {
    connection,   ///< name not found, connection refused, cut or reset, body shorter than announced
    timeout,      ///< to connect, or overall
    certificate,  ///< the server could not prove who it is; will not pass by itself
    too_large,    ///< the body exceeded the cap and was cut
  };
  kind what;
  std::string message;  ///< for people; holds no header and no query
  int status = 0;       ///< of an answer that had begun, though not all of it can be read; 0: none had
};

struct http_result {
  int status = 0;
  std::vector<http_header> headers;
  std::string body;                          ///< decompressed
  std::optional<transport_failure> failure;  ///< the members above mean nothing then, but for headers behind a status

  /// The status of the answer, also where the rest of it cannot be read, for whom the status says enough; 0: none came.
  int status_that_came() const { return failure ? failure->status : status; }

  /// The value of a response header, its name compared without regard to case; nothing if it is missing.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// Sends one request at a time over a connection that is kept open in between. Follows no redirect, speaks http and
/// https only (HTTP/2 where a server of https offers it) and verifies certificates. Never logs. To be used by one
/// thread at a time.
class http_client {
 public:
  explicit http_client(const http_client_options& options);
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// Sends `request` and waits for the whole response or a failure. The result belongs to the client and is valid until
  /// the next perform() or finish(), so that its memory is used again. Throws errc::cancelled within a second once
  /// `stop` is requested, errc::config for a header that validate() refuses or a URL that makes no sense.
  const http_result& perform(const http_request& request, const std::stop_token& stop);

  /// The first half of perform(): sends as much of `request` as goes without waiting. The response is not read before
  /// finish(), so it takes memory of the kernel's alone; the result before stays valid meanwhile. A request that was
  /// started and not finished is given up, with its connection. Throws errc::config as perform() does.
  void start(const http_request& request);

  /// The second half: waits for the response. Throws errc::cancelled as perform() does, errc::internal if there is
  /// nothing to wait for. The time-outs count from start().
  const http_result& finish(const std::stop_token& stop);

  /// Takes the body of the last result away, which has none then. The body after the next one goes into the memory of
  /// `room`.
  std::string take_body(std::string room);

  /// Gives up the request that was started, if there is one.
  void cancel() noexcept;

 private:
  struct transfer;
  std::unique_ptr<transfer> transfer_;
};

}  // namespace ingest
