#include "demo_api/answer.hpp"

#include <array>

#include "demo_api/gzip.hpp"
#include "demo_api/http_message.hpp"

namespace demo_api {
namespace {

constexpr const char* html_type = "text/html";

// Below this, compression costs more than it saves.
constexpr std::size_t least_compressed = 1024;

std::string html_page(std::string_view title) {
  const std::string text(title);
  return "<html>\r\n<head><title>" + text + "</title></head>\r\n<body>\r\n<center><h1>" + text +
         "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
}

}  // namespace

void answer_error(http_response& response, int status, std::string_view error, std::string_view code,
                  std::string_view message) {
  std::string json = R"({"error":")";
  json += error;
  if (!code.empty()) {
    json += R"(","code":")";
    json += code;
  }
  json += R"(","message":")";
  json += message;
  json += "\"}";
  response.set(status, json);
}

void compress_body(const http_request& request, http_response& response, bool may_compress) {
  if (!may_compress || response.body.size() < least_compressed ||
      request.header("Accept-Encoding").find("gzip") == std::string::npos) {
    return;
  }
  gzip(response.body, response.spare);
  response.body.swap(response.spare);
  response.add_header("Content-Encoding", "gzip");
}

void truncate_body(const http_request& request, http_response& response, bool may_compress, std::uint64_t variant) {
  const std::uint64_t where = variant >> 2;
  if (variant % 3 == 0) {
    compress_body(request, response, may_compress);
    response.sent = where % response.body.size();
    return;
  }
  response.body.resize(1 + where % (response.body.size() - 1));
  compress_body(request, response, may_compress);
  response.framed_by = variant % 3 == 1 ? http_response::framing::chunks : http_response::framing::end_of_connection;
}

void answer_reset(http_response& response, std::uint64_t variant) {
  response.then = http_response::ending::reset;
  response.silent = variant % 2 == 0;
  response.sent = (variant >> 1) % response.body.size();
}

void answer_server_error(http_response& response, std::uint64_t variant) {
  struct failure {
    int status;
    const char* text;
  };
  constexpr std::array<failure, 3> failures = {
      {{502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Gateway Timeout"}}};
  const failure& f = failures[variant % failures.size()];
  if (variant / failures.size() % 2 == 0) {
    answer_error(response, f.status, f.text, "", "The upstream did not answer");
    return;
  }
  response.set(f.status, html_page(std::to_string(f.status) + " " + f.text), html_type);
}

void answer_bad_gateway(http_response& response) {
  response.set(502, html_page("502 Bad Gateway"), html_type);
}

void answer_garbage(http_response& response, std::uint64_t variant) {
  switch (variant % 4) {
    case 0:
      response.set(200, html_page("Checking your browser"), html_type);
      break;
    case 1:
      response.set(200, "upstream connect error or disconnect/reset before headers");
      break;
    case 2:
      response.set(200, R"({"status":"ok","data":{"items":[{"id":1},)");
      break;
    default:
      response.set(200, "");
      break;
  }
}

}  // namespace demo_api
