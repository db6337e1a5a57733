#include "serve/top_command.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>

#include "ingest/error.hpp"
#include "ingest/http_client.hpp"
#include "ingest/stop.hpp"
#include "serve/http_address.hpp"
#include "serve/status_table.hpp"
#include "until_signal.hpp"

namespace ingest::app {

namespace {

constexpr const char* usual_address = "127.0.0.1:9464";
constexpr std::size_t usual_width = 100;

std::size_t width_of_terminal() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : usual_width;
}

http_request question_for(const settings& s) {
  const http_address at = parse_http_address(s.http_address.empty() ? usual_address : s.http_address);
  if (!at.socket.empty()) {
    throw error(errc::usage, "ingest top asks an address with a port, not a socket: curl --unix-socket " +
                                 at.socket.string() + " http://localhost/status");
  }
  const std::string host = at.host.find(':') == std::string::npos ? at.host : "[" + at.host + "]";
  http_request request;
  request.url = "http://" + host + ":" + std::to_string(at.port) + "/status";
  if (!s.http_token_file.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + read_token(s.http_token_file)});
  }
  return request;
}

std::string answer_to(const http_request& request, http_client& client, const std::stop_token& stop) {
  const http_result& answer = client.perform(request, stop);
  if (answer.failure) {
    throw error(errc::unavailable, "no service answers at " + request.url + ": " + answer.failure->message);
  }
  if (answer.status == 401) {
    throw error(errc::authentication, request.url + " needs the token: name its file with --http-token-file");
  }
  if (answer.status != 200) {
    throw error(errc::unavailable, request.url + " answers " + std::to_string(answer.status) + ": " + answer.body);
  }
  return answer.body;
}

}  // namespace

int top_command(const settings& s, std::ostream& out) {
  const http_request request = question_for(s);
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  return until_signal([&](const std::stop_token& stop) {
    http_client client(http_client_options{});
    do {
      const std::string table = status_table(answer_to(request, client, stop), width_of_terminal());
      out << (is_terminal ? "\x1b[H\x1b[2J" : "") << table << std::flush;
    } while (is_terminal && wait_for(std::chrono::seconds(1), stop));
  });
}

}  // namespace ingest::app
