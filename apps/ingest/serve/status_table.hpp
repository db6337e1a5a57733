#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ingest::app {

/// The answer of /status as lines for a terminal of that width: a head, a line for each pipeline with its state, its
/// rates or when it begins next, and below those that wait, fail or have something to say the sentence. No character of
/// it moves the cursor, whatever an API has said. Throws errc::bad_data for what is no such answer.
std::string status_table(std::string_view json, std::size_t width);

}  // namespace ingest::app
