#include "actors/thread_supply.hpp"

#include <latch>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "ingest/error.hpp"

namespace ingest::actors {

void require_threads(std::size_t count) {
  std::latch all_asked(1);
  std::vector<std::jthread> had;
  had.reserve(count);
  bool granted = true;
  try {
    while (had.size() < count) {
      had.emplace_back([&all_asked] { all_asked.wait(); });
    }
  } catch (const std::system_error&) {
    granted = false;
  }
  all_asked.count_down();
  if (!granted) {
    throw error(errc::unavailable,
                "this run needs some " + std::to_string(count) + " threads, and the system grants no more than " +
                    std::to_string(had.size()) +
                    ": raise the limit (ulimit -u, or that of the container), or set `readers` and `loaders` lower",
                false);
  }
}

}  // namespace ingest::actors
