#include "worker_name.hpp"

#include <unistd.h>

#include <array>
#include <random>

namespace ingest::app {

std::string worker_name() {
  static const std::string name = [] {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    // In containers, hosts and processes may well be called alike; and the server cuts long names off at their end.
    return std::to_string(std::random_device{}()) + '/' + std::to_string(::getpid()) + '/' + host.data();
  }();
  return name;
}

}  // namespace ingest::app
