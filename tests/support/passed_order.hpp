#pragma once

#include <atomic>

namespace ingest::testing {

/// What a test does before it starts a process comes before what its servers do for that process, and that before what
/// the test does after the process has ended. The order goes through the process, so that neither the language nor
/// ThreadSanitizer can know of it; whoever stands at one of these places says so.
inline void pass_order_on() {
  static std::atomic<unsigned> order{0};
  order.fetch_add(1, std::memory_order_acq_rel);
}

}  // namespace ingest::testing
