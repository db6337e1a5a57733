#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ingest/disk_buffer.hpp"
#include "ingest/error.hpp"
#include "ingest/metrics.hpp"
#include "ingest/page_set.hpp"
#include "ingest/run_state.hpp"
#include "ingest/sink.hpp"
#include "ingest/source.hpp"

namespace ingest::actors {

/// How often and how fast failed stages are started again.
struct restart_policy {
  std::size_t max_restarts = 3;  ///< within `period`, over all stages; one more ends the run
  std::chrono::milliseconds period{60'000};
  std::chrono::milliseconds first_delay{100};  ///< doubled with each restart in the period, jittered
  std::chrono::milliseconds longest_delay{5'000};
};

/// What a run starts from, and starts again from when its buffer_writer or checkpoint has failed.
struct recovered_run {
  std::unique_ptr<disk_buffer> buffer;
  page_set loaded;  ///< pages that the target is known to have; they are not offered again
  std::uint64_t rows_loaded = 0;
  std::uint64_t duplicates_skipped = 0;
  std::uint64_t rows_rejected = 0;
};

/// What a pipeline is made of. Factories are called in the threads of the stages, possibly several at a time, and again
/// for every life of a stage.
struct pipeline_spec {
  std::size_t slices = 1;
  source_factory make_source;  ///< none: nothing is read, what the buffer holds is loaded

  std::size_t loaders = 2;
  sink_factory make_sink;  ///< none: nothing is loaded, the buffer fills

  /// Opens the buffer. Never called while a buffer of an earlier call is still in use.
  std::function<recovered_run()> recover;

  std::filesystem::path directory;  ///< of buffer and state
  file_system* files = &posix_file_system();

  /// What the state file says about the run as such: identity, command, started_at, replaces_ledger.
  run_state description;

  std::uint64_t credit_bytes = 8ull << 20;        ///< in flight between all readers and the buffer_writer
  std::uint64_t group_bytes = 4ull << 20;         ///< appended pages are synced at the latest when there are as many
  std::uint64_t range_bytes = 8ull << 20;         ///< of one transaction; also the credit of a loader
  std::chrono::milliseconds range_delay{2'000};   ///< a smaller range is loaded after that long
  std::chrono::milliseconds state_interval{250};  ///< between two writings of the state
  std::chrono::milliseconds space_deadline{600'000};  ///< how long a full disk is waited for
  std::chrono::milliseconds shutdown_timeout{3'000};  ///< how long transactions under way may take after stop()
  bool keep_segments = false;                         ///< loaded segments stay on disk

  restart_policy restarts;
  std::shared_ptr<ingest::metrics> metrics = std::make_shared<ingest::metrics>();
};

struct pipeline_result {
  run_status status = run_status::aborted;  ///< complete, interrupted or aborted
  std::optional<error> failure;             ///< why it was aborted
  std::optional<error> abort_failure;       ///< what went wrong while aborting
};

/// Runs readers, buffer_writer, loaders and checkpoint as actors, supervised.
class pipeline {
 public:
  /// Throws errc::config if the spec makes no sense. Nothing is started yet.
  explicit pipeline(pipeline_spec spec);
  ~pipeline();
  pipeline(const pipeline&) = delete;
  pipeline& operator=(const pipeline&) = delete;

  /// Runs until everything is loaded, or was stopped or aborted, and every stage has ended. Blocks; once only.
  pipeline_result run();

  /// Asks for an orderly end: reading stops, what was read becomes durable, transactions under way may end within the
  /// shutdown timeout. Returns at once. From any thread, also before run(); further calls change nothing.
  void stop();

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace ingest::actors
