#pragma once

namespace ingest::app {

/// In the environment of a run that a service has started: the service's process.
inline constexpr const char* service_variable = "INGEST_SERVICE_PID";

/// A run that a service has started ends in order (SIGTERM) when the service has ended, however that was: the next
/// service would find its directory taken. Before any other thread. Does nothing elsewhere.
void end_with_service();

}  // namespace ingest::app
