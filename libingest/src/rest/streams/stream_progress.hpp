#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace ingest::rest {

/// Where the partitions of a stream were left by the sync before.
struct stream_progress {
  /// The watermark of a partition, by its key; nothing where it has none yet. May ask a database: throws as that does,
  /// and errc::cancelled once `stop` is requested.
  std::function<std::optional<std::string>(const std::string& partition_key, const std::stop_token& stop)> watermark;
};

}  // namespace ingest::rest
