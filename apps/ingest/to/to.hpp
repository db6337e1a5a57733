#pragma once

#include <optional>
#include <string>

#include "check.hpp"
#include "ingest/ingest_stream.hpp"
#include "settings/settings.hpp"

/// TO: where records go. A kind is a file in this folder and a line in the table in to.cpp.
namespace ingest::app {

struct to_kind {
  /// Where the rows are when all is complete, for people.
  std::string (*place)(const settings& s);

  /// The sinks. Null for a database, whose sinks share a target: see to/postgres.hpp.
  sink_factory (*sinks)(const settings& s) = nullptr;

  /// For `ingest validate`: the database (reachable, table suitable) or the file (can be written). Null: nothing to
  /// see.
  check (*probe)(const settings& s) = nullptr;

  bool durable = false;     ///< there is a run in DATA_DIR, which can be resumed
  bool keyed = false;       ///< takes records behind their keys; others take lines of JSON
  bool sets_aside = false;  ///< refuses records one by one, so that one that is none can be, too
};

/// What TO is.
const to_kind& to_of(const settings& s);

// The lines of the table.
extern const to_kind to_postgres;
extern const to_kind to_file;
extern const to_kind to_stdout;

}  // namespace ingest::app
