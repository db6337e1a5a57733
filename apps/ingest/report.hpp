#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "buffer/run_state.hpp"
#include "ingest/ingest_stream.hpp"
#include "ingest/metrics.hpp"

namespace ingest::app {

/// What is to be said about a run when it has ended. Durations are in seconds.
struct run_report {
  // Told by the caller
  std::string command;
  std::string pipeline;
  std::string run_id;
  bool resumable = true;  ///< whether running again goes on where this run ended
  run_status status = run_status::aborted;
  bool partial = false;  ///< all that the buffer held was loaded, but the fetch that filled it has not ended
  int exit_code = 0;
  std::string error;                ///< empty for none
  std::string target;               ///< where the rows are
  bool complete_but_short = false;  ///< the API announced more events than it gave
  std::string started_at;           ///< RFC 3339, UTC
  std::string ended_at;

  metrics counted;  ///< by this process
  double wall_s = 0;
  double cpu_user_s = 0;
  double cpu_system_s = 0;
  std::uint64_t peak_memory_bytes = 0;

  double fetch_phase_s() const;  ///< from the first fetching to the last
  double load_phase_s() const;   ///< from the first loading to the last
  double overlap_s() const;      ///< of the two phases
  double rows_per_s() const;     ///< loaded, or durable where nothing is to be loaded, over the wall time
  double megabytes_per_s()
      const;  ///< decoded bytes of the responses, or else those loaded, in 10⁶ bytes, over the wall time
};

/// Puts into `r` how the pipeline has ended. Throws its failure.
void take_result(run_report& r, const stream_result& result);

/// Puts the metrics, and what the operating system says about this process, into `r`.
void measure(run_report& r, const metrics& m);

std::string to_json(const run_report& r);

/// Replaces the file at `path` with the report, in one step. Throws errc::io, naming the path.
void write_report(const run_report& r, const std::filesystem::path& path);

/// The report as a table for people, without what is zero and without the error, which log_end() says.
std::string summary(const run_report& r);

/// Writes the log line that ends a run: run_complete ("ingestion complete …"), run_interrupted or run_aborted.
void log_end(const run_report& r);

}  // namespace ingest::app
