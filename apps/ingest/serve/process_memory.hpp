#pragma once

#include <sys/types.h>

#include <cstdint>

namespace ingest::app {

/// What a process takes of memory and of swap, in bytes; of pages that it shares with others its part (PSS), or, where
/// only its owner may ask for that, all of them that are in memory. Of one that has ended: 0.
std::uint64_t memory_of(pid_t pid);

}  // namespace ingest::app
