#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "buffer/disk_buffer.hpp"
#include "core/page_set.hpp"

namespace ingest {

enum class run_status { running, complete, interrupted, aborted };

std::string_view name_of(run_status s);

/// What `ingestion.state` holds: for people, and for resuming. A hint: the buffer's index knows
/// better what is durable, the database's ledger knows better what is loaded.
struct run_state {
  run_identity identity;
  std::string command;  ///< run, fetch or load
  run_status status = run_status::running;
  std::string error;  ///< why it was aborted, or empty

  std::uint64_t rows_fetched = 0;
  std::uint64_t rows_durable = 0;
  std::uint64_t rows_loaded = 0;  ///< in the table because of this run: without duplicates and rejects
  std::uint64_t rows_rejected = 0;
  std::uint64_t duplicates_skipped = 0;
  std::uint64_t bytes_buffered = 0;  ///< on disk now
  std::uint64_t total_expected = 0;  ///< the source's own total, 0 while unknown
  std::uint64_t restarts = 0;

  std::uint64_t last_segment = 0;

  /// Durable positions, and which pages are loaded: of all slices, but for the oldest of those that were read to their
  /// end and loaded where the ledger has them, too.
  std::vector<slice_progress> slices;
  slice_pages loaded;
  std::uint64_t slices_left_out = 0;
  std::uint64_t rows_left_out = 0;  ///< of those

  /// The run started from nothing on demand (start_over()) and its loader has yet to tell the ledger so.
  bool replaces_ledger = false;

  /// The run began from nothing while the ledger could not be asked, or from what another one may have begun from
  /// meanwhile: it gives way to one that turns out to be there.
  bool yields = false;

  /// The complete run that this one follows in the ledger, as the next sync; empty where it has done so.
  std::string follows;

  std::string started_at;  ///< RFC 3339, UTC
  std::string updated_at;
};

/// Of the counts in a state, one: its key in JSON, and what people read.
struct run_count {
  const char* key;
  const char* label;  ///< empty: not for people
  std::uint64_t run_state::*member;
};

/// All of them, in the order of the file.
std::span<const run_count> run_counts();

/// The JSON text of a state, and back. Parsing throws errc::bad_data, saying what is wrong.
std::string to_json(const run_state& s);
run_state parse_run_state(std::string_view json);

/// Keeps the state in a file of a directory that exists.
class state_store {
 public:
  state_store(file_system& files, std::filesystem::path directory);

  /// Replaces the state durably: temporary file, sync, rename, sync of the directory. A crash leaves the old state or
  /// the new one, never half of one. errc::no_space leaves the old one in place and may pass; errc::io does not.
  void save(const run_state& s);

  /// The state, or nothing if there is none. Throws errc::bad_data for one that cannot be read.
  std::optional<run_state> load() const;

  void remove();

 private:
  file_system& files_;
  std::filesystem::path directory_;
};

/// The current time as the state and the logs write it: 2026-01-27T19:19:13.629Z.
std::string timestamp_now();

}  // namespace ingest
