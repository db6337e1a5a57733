#include "serve/top_command.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>

#include "ingest/stop.hpp"
#include "serve/service_client.hpp"
#include "serve/status_table.hpp"
#include "until_signal.hpp"

namespace ingest::app {

namespace {

constexpr std::size_t usual_width = 100;

std::size_t width_of_terminal() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : usual_width;
}

}  // namespace

int top_command(const settings& s, std::ostream& out) {
  service_client service(s);
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  return until_signal([&](const std::stop_token& stop) {
    do {
      const std::string table = status_table(service.get("/status", stop), width_of_terminal());
      out << (is_terminal ? "\x1b[H\x1b[2J" : "") << table << std::flush;
    } while (is_terminal && wait_for(std::chrono::seconds(1), stop));
  });
}

}  // namespace ingest::app
