#pragma once

#include <string>
#include <vector>

#include "ingest/settings.hpp"

namespace ingest {

/// What in the settings of `c` gives up a protection that is there otherwise: a sentence each, which names the setting,
/// says what may happen, and what to set instead. Holds no secret. Reads what libpq would: its environment variables
/// (PGSSLMODE, PGHOST …) count where DATABASE_URL leaves something out.
std::vector<std::string> weakened_settings(const settings& s, command c);

}  // namespace ingest
