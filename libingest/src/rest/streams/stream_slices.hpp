#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "rest/cursors/cursor.hpp"
#include "rest/partitions/partition_router.hpp"
#include "rest/partitions/recent_keys.hpp"
#include "rest/streams/stream_slice.hpp"

namespace ingest::rest {

/// Where the partitions of a stream were left by the sync before.
struct stream_progress {
  /// The watermark of a partition, by its key; nothing where it has none yet. May ask a database: throws as that does,
  /// and errc::cancelled once `stop` is requested.
  std::function<std::optional<std::string>(const std::string& partition_key, const std::stop_token& stop)> watermark;
};

/// A slice, and what its cursor begins with.
struct planned_slice {
  stream_slice slice;
  std::optional<std::string> watermark;  ///< of its partition, before this sync
  bool last_of_partition = false;        ///< no window comes behind it
};

/// The slices of a stream: its partitions, each with its windows in order, each once. What it keeps does not grow with
/// those that it has given. One thread at a time.
class stream_slices {
 public:
  /// `cursor` may be null: then each partition is one slice, without a window.
  stream_slices(std::shared_ptr<partition_router> router, std::shared_ptr<const cursor> cursor,
                stream_progress progress);

  /// The next slice; nothing behind the last one. Throws as the router and the cursor do.
  std::optional<planned_slice> next(const std::stop_token& stop);

 private:
  bool next_partition(const std::stop_token& stop);
  void begin_windows(const std::string& key, const std::stop_token& stop);

  std::shared_ptr<partition_router> router_;
  std::shared_ptr<const cursor> cursor_;
  stream_progress progress_;
  recent_keys known_;
  bool begun_ = false;
  partition current_;
  std::optional<std::string> watermark_;
  std::unique_ptr<window_sequence> windows_;
  std::optional<value> window_;  // the next one of current_
};

}  // namespace ingest::rest
