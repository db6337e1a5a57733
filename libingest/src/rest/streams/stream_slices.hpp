#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "rest/cursors/cursor.hpp"
#include "rest/partitions/partition_router.hpp"
#include "rest/partitions/recent_keys.hpp"
#include "rest/streams/parent_watermarks.hpp"
#include "rest/streams/stream_progress.hpp"
#include "rest/streams/stream_slice.hpp"

namespace ingest::rest {

/// How far a parent was read, which is kept as a partition's watermark is.
struct parent_watermark {
  std::string parent;
  std::string watermark;
};

/// A slice, and what its cursor begins with.
struct planned_slice {
  stream_slice slice;
  std::optional<std::string> watermark;  ///< of its partition, before this sync
  bool last_of_partition = false;        ///< no window comes behind it
  /// No part of the stream, and without records: it only says this, once all parents were read.
  std::optional<parent_watermark> of_parent = {};
  /// A process before has begun it, and it is none any more: without records, and nobody asks for it.
  bool is_gone = false;
};

/// The slices of a stream: its partitions, each with its windows in order, each once. What it keeps does not grow with
/// those that it has given. One thread at a time.
class stream_slices {
 public:
  /// `cursor` may be null: then each partition is one slice, without a window. `parents`, those that `router` reads,
  /// may be null: behind the last slice comes one for each of them.
  stream_slices(std::shared_ptr<partition_router> router, std::shared_ptr<const cursor> cursor,
                stream_progress progress, std::shared_ptr<const parent_watermarks> parents = nullptr);

  /// The extra fields of partitions are in no request, so that those of the first record of a key will do.
  void take_any_extra_fields() { extra_fields_matter_ = false; }

  /// The next slice; nothing behind the last one. Throws as the router and the cursor do.
  std::optional<planned_slice> next(const std::stop_token& stop);

  /// Whether so far a partition has begun where the sync before had left it, be it that no slice of it was left.
  bool leaves_out_what_was_read() const { return goes_on_; }

  /// Behind the last slice: whether nobody was asked for anything, though nobody has said that there is nothing. There
  /// are partitions, but no time of theirs, or no partitions in a list of the settings, or by the key of the parent's
  /// records.
  bool asked_nobody() const { return !has_slices_ && (has_partitions_ || !router_->was_told_of_none()); }

 private:
  bool next_partition(const std::stop_token& stop);
  bool find_partition(const std::stop_token& stop);
  void begin_windows(const partition& of, const std::stop_token& stop);
  std::optional<planned_slice> next_of_parents();

  std::shared_ptr<partition_router> router_;
  std::shared_ptr<const cursor> cursor_;
  stream_progress progress_;
  std::shared_ptr<const parent_watermarks> parents_;
  std::size_t parents_told_ = 0;
  bool extra_fields_matter_ = true;
  recent_keys known_;
  bool begun_ = false;
  bool has_partitions_ = false;
  bool has_slices_ = false;
  bool goes_on_ = false;
  std::optional<partition> pending_;  // found, and not begun: asking for its watermark may fail
  partition current_;
  std::optional<std::string> watermark_;
  std::unique_ptr<window_sequence> windows_;
  std::optional<value> window_;  // the next one of current_
};

}  // namespace ingest::rest
