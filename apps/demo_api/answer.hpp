#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace httplib {
struct Response;
}

namespace demo_api {

class connection;

/// Answers with the API's error body; `code` is left out where it is empty.
void answer_error(httplib::Response& response, int status, std::string_view error, std::string_view code,
                  std::string_view message);

/// Answers with `connection.body`, compressed if the request allows and `may_compress`.
void answer_body(httplib::Response& response, connection& line, bool may_compress);

/// Answers with a body that ends too early. `variant` chooses where, and whether the response announces the whole
/// length, looks complete in chunks, or ends with the connection.
void answer_truncated(httplib::Response& response, connection& line, bool may_compress, std::uint64_t variant);

/// Resets the connection before the answer or within its body.
void answer_reset(httplib::Response& response, connection& line, std::uint64_t variant);

/// Answers 502, 503 or 504, in JSON or in a proxy's HTML.
void answer_server_error(httplib::Response& response, std::uint64_t variant);

/// A 502 with the HTML body that proxies send.
void answer_bad_gateway(httplib::Response& response);

/// Answers 200 with something that is no page: HTML, plain text, JSON of another shape cut off, or nothing.
void answer_garbage(httplib::Response& response, std::uint64_t variant);

}  // namespace demo_api
