#pragma once

#include <string>

namespace ingest::app {

/// Tells this process from all others that share a run, and its own later lives: "number/pid/host".
std::string worker_name();

}  // namespace ingest::app
