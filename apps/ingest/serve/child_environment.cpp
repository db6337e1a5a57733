#include "serve/child_environment.hpp"

#include <unistd.h>

#include <string_view>

namespace ingest::app {

namespace {

std::string name_of_variable(std::string_view variable) {
  return std::string(variable.substr(0, variable.find('=')));
}

}  // namespace

std::vector<std::string> service_environment(const std::map<std::string, std::string>& more) {
  std::vector<std::string> environment;
  for (char** one = ::environ; *one != nullptr; ++one) {
    const std::string name = name_of_variable(*one);
    const bool is_of_systemd = name == "NOTIFY_SOCKET" || name == "WATCHDOG_USEC" || name == "WATCHDOG_PID";
    const bool is_of_the_trace = name == "TRACEPARENT" || name == "TRACESTATE" || name == "BAGGAGE";
    if (!more.contains(name) && !is_of_systemd && !is_of_the_trace) {
      environment.emplace_back(*one);
    }
  }
  for (const auto& [name, value] : more) {
    environment.push_back(name + "=" + value);
  }
  return environment;
}

}  // namespace ingest::app
