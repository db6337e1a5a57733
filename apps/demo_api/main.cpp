#include <signal.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>

#include "demo_api/event_generator.hpp"
#include "demo_api/file_events.hpp"
#include "demo_api/options.hpp"
#include "demo_api/rest/rest_server.hpp"
#include "demo_api/server.hpp"
#include "demo_api/truth.hpp"

namespace {

std::unique_ptr<demo_api::event_store> make_events(const demo_api::options& chosen) {
  if (chosen.file) {
    return std::make_unique<demo_api::file_events>(*chosen.file);
  }
  return std::make_unique<demo_api::event_generator>(chosen.generator);
}

/// Serves until SIGTERM or SIGINT. These are blocked in all threads and taken by sigwait(), so that no handler runs.
template <typename Server>
void serve(Server& server) {
  sigset_t ending;
  ::sigemptyset(&ending);
  ::sigaddset(&ending, SIGTERM);
  ::sigaddset(&ending, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  const int port = server.start();
  std::cout << R"({"event":"listening","port":)" << port << "}" << std::endl;
  int received = 0;
  ::sigwait(&ending, &received);
  server.stop();
}

}  // namespace

int main(int argc, char** argv) {
  const auto [chosen, exit_code] = demo_api::parse_command_line(argc, argv);
  if (exit_code) {
    return *exit_code;
  }
  try {
    if (chosen.rest) {
      demo_api::rest::rest_server server(chosen);
      serve(server);
      return EXIT_SUCCESS;
    }
    const auto events = make_events(chosen);
    if (chosen.dump) {
      demo_api::dump_truth(*events, *chosen.dump);
    } else {
      demo_api::server server(chosen, *events);
      serve(server);
    }
    return EXIT_SUCCESS;
  } catch (const std::exception& e) {
    std::cerr << "demo_api: " << e.what() << "\n";
    return EXIT_FAILURE;
  }
}
