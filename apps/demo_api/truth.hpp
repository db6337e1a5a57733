#pragma once

#include <string>

#include "demo_api/event_store.hpp"

namespace demo_api {

/// Writes all events as NDJSON, newest first, exactly the bytes that pages hold, to a file, or to standard output for
/// "-". Throws std::runtime_error, naming the file, if it cannot be written.
void dump_truth(const event_store& events, const std::string& file);

}  // namespace demo_api
