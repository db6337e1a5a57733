#pragma once

#include <functional>
#include <stop_token>

namespace ingest::app {

/// Does something that waits, before a run: SIGINT and SIGTERM stop it, as they stop a run. Returns 0, or 128 + the
/// signal where one has come. Throws what `work` throws otherwise.
int until_signal(const std::function<void(const std::stop_token& stop)>& work);

}  // namespace ingest::app
