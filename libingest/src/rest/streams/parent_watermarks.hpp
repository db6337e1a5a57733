#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "rest/streams/stream_progress.hpp"

namespace ingest::rest {

/// Parents of which only those records are read that are new since the stream was read before (incremental_dependency):
/// how far each was read then, which is kept beside the watermarks of the stream's own partitions, and is read now. One
/// thread at a time.
class parent_watermarks {
 public:
  explicit parent_watermarks(stream_progress past) : past_(std::move(past)) {}

  /// `parent` is a text that no partition of the stream has for a key.
  std::optional<std::string> before(const std::string& parent, const std::stop_token& stop) {
    auto found = past_.watermark(parent, stop);
    note(parent, found);
    return found;
  }

  /// Behind a window of the parent that was read to its end.
  void note(const std::string& parent, const std::optional<std::string>& watermark) {
    if (watermark) {
      std::string& known = reached_[parent];
      known = std::max(known, *watermark);
    }
  }

  /// Right once all parents have been read to their ends.
  const std::map<std::string, std::string>& reached() const { return reached_; }

 private:
  stream_progress past_;
  std::map<std::string, std::string> reached_;
};

}  // namespace ingest::rest
