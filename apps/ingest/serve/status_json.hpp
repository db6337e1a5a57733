#pragma once

#include <string>

#include "serve/service_status.hpp"

namespace ingest::app {

/// All of it, for programs and for the page; times are RFC 3339, UTC.
std::string status_json(const service_status& s);

/// Why the service is not ready for what it is there for: {"ready", "reasons": […], "failing": […]}. It is ready where
/// the folder could be read, all files in it can be used, and it is not about to end; pipelines that fail are named
/// beside it, for they are no reason to begin the service anew.
std::string readiness_json(const service_status& s);
bool is_ready(const service_status& s);

}  // namespace ingest::app
