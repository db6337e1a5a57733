#pragma once

#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace ingest {

/// What in the settings of `c` gives up a protection that is there otherwise: a sentence each, which names the setting,
/// says what may happen, and what to set instead. Holds no secret. Reads what libpq and libcurl would: PGSSLMODE,
/// PGHOST … count where DATABASE_URL leaves something out, http_proxy, ALL_PROXY and no_proxy where API_BASE_URL is
/// http.
std::vector<std::string> weakened_settings(const settings& s, command c);

/// Warns of these, of settings that change nothing, and of names that look like those of settings.
void warn_of(const settings& s, command c);

}  // namespace ingest
