#include "demo_api/answer.hpp"

#include <array>

#include "demo_api/connection.hpp"
#include "demo_api/gzip.hpp"

namespace demo_api {
namespace {

constexpr const char* json_type = "application/json";
constexpr const char* html_type = "text/html";

// Below this, compression costs more than it saves.
constexpr std::size_t least_compressed = 1024;

/// Sends `sent` bytes of `body`, having announced `announced`; ends the connection when these differ.
void provide(httplib::Response& response, const std::string& body, std::size_t announced, std::size_t sent) {
  response.set_content_provider(announced, json_type,
                                [&body, announced, sent](std::size_t, std::size_t, httplib::DataSink& sink) {
                                  return sink.write(body.data(), sent) && sent == announced;
                                });
}

const std::string& encode_body(httplib::Response& response, connection& line, bool may_compress) {
  if (!may_compress || !line.accepts_gzip || line.body.size() < least_compressed) {
    return line.body;
  }
  gzip(line.body, line.compressed_body);
  response.set_header("Content-Encoding", "gzip");
  return line.compressed_body;
}

std::string html_page(std::string_view title) {
  const std::string text(title);
  return "<html>\r\n<head><title>" + text + "</title></head>\r\n<body>\r\n<center><h1>" + text +
         "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
}

}  // namespace

void answer_error(httplib::Response& response, int status, std::string_view error, std::string_view code,
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
  response.status = status;
  response.set_content(json, json_type);
}

void answer_body(httplib::Response& response, connection& line, bool may_compress) {
  const std::string& body = encode_body(response, line, may_compress);
  provide(response, body, body.size(), body.size());
}

void answer_truncated(httplib::Response& response, connection& line, bool may_compress, std::uint64_t variant) {
  const std::uint64_t where = variant >> 2;
  if (variant % 3 == 0) {
    const std::string& body = encode_body(response, line, may_compress);
    provide(response, body, body.size(), where % body.size());
    line.close_when_done();
    return;
  }
  line.body.resize(1 + where % (line.body.size() - 1));
  const std::string& body = encode_body(response, line, may_compress);
  const auto whole = [&body](std::size_t, httplib::DataSink& sink) {
    const bool written = sink.write(body.data(), body.size());
    sink.done();
    return written;
  };
  if (variant % 3 == 1) {
    response.set_chunked_content_provider(json_type, whole);
  } else {
    response.set_header("Connection", "close");
    response.set_content_provider(json_type, whole);
    line.close_when_done();
  }
}

void answer_reset(httplib::Response& response, connection& line, std::uint64_t variant) {
  line.reset_when_done();
  if (variant % 2 == 0) {
    line.fall_silent();
    return;
  }
  provide(response, line.body, line.body.size(), (variant >> 1) % line.body.size());
}

void answer_server_error(httplib::Response& response, std::uint64_t variant) {
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
  response.status = f.status;
  response.set_content(html_page(std::to_string(f.status) + " " + f.text), html_type);
}

void answer_bad_gateway(httplib::Response& response) {
  response.status = 502;
  response.set_content(html_page("502 Bad Gateway"), html_type);
}

void answer_garbage(httplib::Response& response, std::uint64_t variant) {
  response.status = 200;
  switch (variant % 4) {
    case 0:
      response.set_content(html_page("Checking your browser"), html_type);
      break;
    case 1:
      response.set_content("upstream connect error or disconnect/reset before headers", json_type);
      break;
    case 2:
      response.set_content(R"({"status":"ok","data":{"items":[{"id":1},)", json_type);
      break;
    default:
      response.set_content("", json_type);
      break;
  }
}

}  // namespace demo_api
