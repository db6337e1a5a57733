#pragma once

#include <memory>
#include <string>

#include "ingest/actors/pipeline_spec.hpp"

namespace ingest::actors {

/// How a pipeline stands at a moment.
struct pipeline_snapshot {
  bool running = false;         ///< started, and not all stages have ended
  stream_progress written;      ///< what the sinks have taken in this run
  std::uint64_t rows_read = 0;  ///< before transforms; what is read again after a restart counts again
  std::uint64_t batches_read = 0;
  std::uint64_t rows_durable = 0;     ///< in the durable buffer
  std::uint64_t bytes_buffered = 0;   ///< on disk now
  std::uint64_t bytes_in_flight = 0;  ///< between readers and sinks now, where there is no durable buffer
  std::uint64_t readers = 0;          ///< at work now
  std::uint64_t transformers = 0;     ///< likewise
  std::uint64_t loaders = 0;          ///< likewise
  std::uint64_t restarts = 0;
};

/// What ingest_stream() does in one thread, this does in several: sources are read, transforms applied and sinks
/// written to side by side, by supervised stages that are started again when they fail. The result means the same.
///
/// Without a durable buffer and with one loader and one slice, the sink sees the batches in the order of reading. A
/// stop then ends the run as it ends ingest_stream(): what was not given to the sink is not written, and the sink is
/// aborted once, with the reason. With a durable buffer a stop is orderly: what was read becomes durable, and
/// transactions under way may end within the shutdown timeout.
///
/// One that fails with a transient error is started again as `restarts` allows:
/// - a source goes on from the position of the last batch that was taken over; without positions see below;
/// - a sink that commits each write is replaced, and gets the batches that it had not taken;
/// - a sink that commits when it is finalized makes everything start anew: source, transforms, sink, counters;
/// - so does whatever cannot go on in the middle; and where a sink has kept some of it already, the run fails instead.
/// With a durable buffer everything starts anew from what is durable, which loses and repeats nothing.
///
/// Sinks that do not commit each write can neither have a second loader nor a durable buffer: errc::config.
class pipeline {
 public:
  /// Throws errc::config if the spec makes no sense. Nothing is started or opened yet.
  explicit pipeline(pipeline_spec spec);

  /// Stops a pipeline that runs, and waits for its end.
  ~pipeline();
  pipeline(const pipeline&) = delete;
  pipeline& operator=(const pipeline&) = delete;

  /// start() and wait().
  stream_result run();

  /// Starts the stages, in threads of their own, and returns. Once only: throws errc::usage the second time.
  void start();

  /// Requests a stop and returns at once. From any thread, also before start(). The first reason is the one that
  /// counts. A pipeline whose sinks are being finalized already is let finish, within the shutdown timeout.
  void stop(std::string reason = "stop requested");

  /// Waits until everything is written, or the run was stopped or failed, and every stage has ended. Throws errc::usage
  /// if the pipeline was not started. Returns the same result each time; from one thread at a time.
  stream_result wait();

  /// From any thread at any time.
  pipeline_snapshot snapshot() const;

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace ingest::actors
