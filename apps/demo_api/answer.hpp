#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace demo_api {

struct http_request;
struct http_response;

/// Answers with the API's error body; `code` is left out where it is empty.
void answer_error(http_response& response, int status, std::string_view error, std::string_view code,
                  std::string_view message);

/// Compresses the body if the request allows and `may_compress`.
void compress_body(const http_request& request, http_response& response, bool may_compress);

/// Lets the body end too early. `variant` chooses where, and whether the response announces the whole length, looks
/// complete in chunks, or ends with the connection.
void truncate_body(const http_request& request, http_response& response, bool may_compress, std::uint64_t variant);

/// Resets the connection before the answer or within its body.
void answer_reset(http_response& response, std::uint64_t variant);

/// Answers 502, 503 or 504, in JSON or in a proxy's HTML.
void answer_server_error(http_response& response, std::uint64_t variant);

/// A 502 with the HTML body that proxies send.
void answer_bad_gateway(http_response& response);

/// Answers 200 with something that is no page: HTML, plain text, JSON of another shape cut off, or nothing.
void answer_garbage(http_response& response, std::uint64_t variant);

}  // namespace demo_api
