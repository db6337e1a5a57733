#pragma once

#include <memory>
#include <set>
#include <string>

#include "check.hpp"
#include "ingest/ingest_stream.hpp"
#include "ingest/metrics.hpp"
#include "ingest/run_ledger.hpp"
#include "ingest/slice_supply.hpp"
#include "ingest/transforms/key_transform.hpp"
#include "settings/settings.hpp"

/// FROM: where records come from. A kind is a file in this folder and a line in the table in from.cpp.
namespace ingest::app {

/// The sources of slices that are found while they are read.
struct supplied_sources {
  slice_supply_factory slices;
  source_factory sources;
};

struct from_kind {
  /// What the settings ask of the source, as text; see run_plan.hpp. Throws errc::config where there is none.
  std::string (*plan)(const settings& s);

  /// The sources of a run with this plan. A file that is not what the plan says, at the beginning or at the end of
  /// reading, fails with errc::config. `counters` must outlive them.
  source_factory (*sources)(const settings& s, const std::string& plan, metrics& counters);

  /// For `ingest validate`: the API (the first page, its clock) or the file (readable, its first record has an id).
  check (*probe)(const settings& s);

  /// What can be said before a run begins: throws errc::config where standard input is closed, and where a file has no
  /// column of ids or cannot be read. Null: nothing.
  void (*check_beginning)(const settings& s) = nullptr;

  /// Throws errc::config if `begun_with` is the plan of this very source as it was, and it has changed since. Null:
  /// that cannot be told.
  void (*check_unchanged)(const std::string& begun_with, const settings& s) = nullptr;

  /// In place of `sources`, where slices are found while they are read. Null: the plan says how many there are.
  /// `ledger` knows where runs before have left the source; none where TO keeps none. `begun`: slices that processes
  /// before have begun, and not read to their ends.
  supplied_sources (*supplied)(const settings& s, const std::string& plan, const std::shared_ptr<run_ledger>& ledger,
                               const std::set<slice_id>& begun, metrics& counters) = nullptr;

  /// Whether the rest of what another process has begun to read may be of another state of the source than that. Null:
  /// it is not.
  bool (*mixes_states)(const settings& s) = nullptr;

  bool keyed = false;      ///< records come behind their keys, as TO=postgres takes them; others are lines of JSON
  bool repeatable = true;  ///< what was read can be read again
  bool divisible = false;  ///< by time: SLICES, SINCE and UNTIL mean something
};

/// What gives lines of JSON from FROM their keys.
key_transform keys_for(const settings& s);

/// What FROM is.
const from_kind& from_of(const settings& s);

// The lines of the table.
extern const from_kind from_api;
extern const from_kind from_file;
extern const from_kind from_stdin;
extern const from_kind from_connector;
extern const from_kind from_singer;
extern const from_kind from_airbyte;

}  // namespace ingest::app
