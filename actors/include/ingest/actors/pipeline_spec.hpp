#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "ingest/durable_run.hpp"
#include "ingest/ingest_stream.hpp"
#include "ingest/metrics.hpp"
#include "ingest/slice_supply.hpp"

namespace ingest::actors {

/// How often and how fast failed stages are started again.
struct restart_policy {
  std::size_t max_restarts = 3;  ///< within `period`, over all stages; one more ends the run
  std::chrono::milliseconds period{60'000};
  std::chrono::milliseconds first_delay{100};  ///< doubled with each restart in the period, jittered
  std::chrono::milliseconds longest_delay{5'000};
};

/// Makes the transforms of a slice. Called for every life of its reader, so that they always start fresh.
using transform_factory = std::function<transform_list(slice_id)>;

/// A buffer on disk between readers and loaders: what was read survives a crash, and is loaded by the next run.
/// pipeline_builder::durable() makes one of a durable_run.
struct buffer_spec {
  /// Opens the buffer. Never called while a buffer of an earlier call is still in use.
  std::function<recovered_buffer()> recover;

  std::filesystem::path directory;  ///< of buffer and state
  file_system* files = &posix_file_system();

  /// Asks the ledger about slices that are to be read, as durable_run::take() does; it may answer for the first of them
  /// only. None: only the buffer knows.
  std::function<std::vector<slice_progress>(std::span<const slice_id>, std::stop_token)> take_slices;

  /// Other processes take slices there, too: none are taken long before they are read.
  bool shares_slices = false;

  /// Told how many slices there were, when there are no more.
  std::function<void(std::uint64_t)> count_slices;

  /// As run_ledger::completed() says, where there is a ledger.
  std::function<std::optional<counted_rows>()> completed;

  /// Of a pipeline that reads nothing: whether all slices had been read to their end before.
  bool read_before = false;

  /// In which order pages have to be loaded. One loader loads them all as they came, whatever was asked for.
  write_order order = write_order::any;

  /// What the state file says about the run as such: identity, command, started_at, replaces_ledger. Never null.
  std::shared_ptr<const run_state> description;

  std::uint64_t group_bytes = 4ull << 20;         ///< pages are synced at the latest when there are as many
  std::uint64_t range_bytes = 8ull << 20;         ///< of one transaction; also the credit of a loader
  std::chrono::milliseconds range_delay{2'000};   ///< a smaller range is loaded after that long
  std::chrono::milliseconds state_interval{250};  ///< between two writings of the state; longer with very many slices
  std::chrono::milliseconds space_deadline{600'000};  ///< how long a full disk is waited for
  bool keep_segments = false;                         ///< loaded segments stay on disk
};

/// What a pipeline is made of. Factories are called in the threads of the stages, possibly several at a time, and again
/// for every life of a stage. pipeline_builder is the short way to write one.
struct pipeline_spec {
  std::size_t slices = 1;      ///< that are counted; where make_slices finds others, this means nothing
  std::size_t readers = 0;     ///< slices read at a time; 0: all that are counted
  source_factory make_source;  ///< none: nothing is read, what the durable buffer holds is loaded

  /// Where counted slices begin; one that is missing begins at its beginning. A durable buffer knows by itself.
  std::map<slice_id, std::string> positions;

  /// Finds slices while the pipeline runs. None: they are counted.
  slice_supply_factory make_slices;

  transform_factory make_transforms;  ///< none: batches stay as they were read

  /// Threads for transforms that may run in parallel. 0: one less than the machine has, but one.
  std::size_t transform_workers = 0;

  std::optional<buffer_spec> buffer;  ///< none: batches wait in memory, and a crash loses what was not written

  std::size_t loaders = 1;
  sink_factory make_sink;  ///< none: nothing is loaded, the durable buffer fills

  std::uint64_t credit_bytes = 8ull << 20;  ///< in flight between all readers and the buffer, or, without, the sinks
  std::chrono::milliseconds shutdown_timeout{3'000};  ///< how long transactions under way may take after a stop

  stop_signal stop = {};  ///< stops the pipeline as stop() does
  stream_limits limits = {};

  /// Called after each write, one call at a time, in the thread that wrote. What it throws ends the run.
  std::function<void(const stream_progress&)> on_progress = {};

  restart_policy restarts;
  std::shared_ptr<ingest::metrics> metrics = std::make_shared<ingest::metrics>();
};

}  // namespace ingest::actors
