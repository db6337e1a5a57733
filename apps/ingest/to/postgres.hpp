#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ingest/metrics.hpp"
#include "ingest/postgres.hpp"
#include "settings/settings.hpp"

/// What the settings mean for a PostgreSQL database.
namespace ingest::app {

/// How much a loader holds in memory at a time.
std::uint64_t range_bytes(const settings& s, command c);

/// Throws errc::config where records of a run with this plan cannot be written as WRITE says.
void require_write_of(const settings& s, const std::string& plan);

/// Whether records come from a CSV or TSV file, or, for a command that only loads, those in DATA_DIR have come from
/// one.
bool is_from_csv(const settings& s);

/// The columns that are the table's key.
std::vector<std::string> key_columns(const settings& s);

postgres_options target_options(const settings& s, std::shared_ptr<metrics> counters);

}  // namespace ingest::app
