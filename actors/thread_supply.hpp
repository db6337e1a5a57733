#pragma once

#include <cstddef>

namespace ingest::actors {

/// Throws errc::unavailable, which passes only when somebody else gives threads back or a limit is raised, unless
/// `count` threads can be had at once. CAF starts threads where a failure cannot be caught (the process ends, or waits
/// for ever for a stage that never came to life), so it is asked only for what is known to be there. The threads are
/// given back at once: another process may take them in between.
void require_threads(std::size_t count);

}  // namespace ingest::actors
