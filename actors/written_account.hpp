#pragma once

#include <functional>
#include <mutex>

#include "ingest/ingest_stream.hpp"

namespace ingest::actors {

/// What sinks have written in a run, and whether they may write more. Thread-safe: loaders share it.
class written_account {
 public:
  using listener = std::function<void(const stream_progress&)>;

  /// Positions are told only where `positions` says so: those of several slices do not add up to one.
  written_account(stream_limits limits, listener on_progress, bool positions)
      : limits_(limits), on_progress_(std::move(on_progress)), positions_(positions) {}

  /// When the run's sinks commit.
  void note(commit_point c);

  /// Asks whether `b` may be written; throws errc::bad_data if a limit is against it. Every call that returns is
  /// followed by add() or withdraw().
  void admit(const batch& b);

  /// `b` was written.
  void add(const batch& b, const write_outcome& outcome);

  /// `b` could not be written.
  void withdraw(const batch& b);

  /// Tells the listener. What it throws comes out as an error that is not transient.
  void tell();

  /// True if a fresh sink, given everything from the beginning, would make the target whole.
  bool can_begin_anew() const;

  /// True if a fresh sink may take the place of a failed one and go on where that stood.
  bool can_replace_sink() const;

  /// Everything begins anew.
  void reset();

  stream_progress total() const;

 private:
  const stream_limits limits_;
  const listener on_progress_;
  const bool positions_;
  std::mutex telling_;  // taken before mutex_
  mutable std::mutex mutex_;
  stream_progress total_;
  std::uint64_t admitted_bytes_ = 0;  // written, and being written
  std::uint64_t admitted_records_ = 0;
  bool begun_ = false;
  commit_point commits_ = commit_point::each_write;
};

}  // namespace ingest::actors
