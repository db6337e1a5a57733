#include "serve/service_client.hpp"

#include "ingest/error.hpp"
#include "serve/http_address.hpp"

namespace ingest::app {

namespace {

constexpr const char* usual_address = "127.0.0.1:9464";
constexpr const char* readiness = "/readyz";

std::string base_url(const settings& s) {
  const http_address at = parse_http_address(s.http_address.empty() ? usual_address : s.http_address);
  if (!at.socket.empty()) {
    throw error(errc::usage, "an address with a port is asked, not a socket: curl --unix-socket " + at.socket.string() +
                                 " http://localhost/status");
  }
  const std::string host = at.host.find(':') == std::string::npos ? at.host : "[" + at.host + "]";
  return "http://" + host + ":" + std::to_string(at.port);
}

}  // namespace

service_client::service_client(const settings& s) : base_(base_url(s)), client_(http_client_options{}) {
  if (!s.http_token_file.empty()) {
    headers_.push_back({"Authorization", "Bearer " + read_token(s.http_token_file)});
  }
}

std::string service_client::get(const std::string& path, const std::stop_token& stop) {
  return answer_to(http_request::method::get, path, stop);
}

std::string service_client::post(const std::string& path, const std::stop_token& stop) {
  return answer_to(http_request::method::post, path, stop);
}

std::string service_client::answer_to(http_request::method verb, const std::string& path, const std::stop_token& stop) {
  const http_request request{verb, base_ + path, headers_, ""};
  const http_result& answer = client_.perform(request, stop);
  if (answer.failure) {
    throw error(errc::unavailable, "no service answers at " + request.url + ": " + answer.failure->message);
  }
  if (answer.status == 401) {
    throw error(errc::authentication, request.url + " needs the token: name its file with --http-token-file");
  }
  constexpr int not_ready = 503;
  if (answer.status != 200 && !(answer.status == not_ready && path == readiness)) {
    throw error(errc::unavailable, request.url + " answers " + std::to_string(answer.status) + ": " + answer.body);
  }
  return answer.body;
}

}  // namespace ingest::app
