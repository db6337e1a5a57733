#pragma once

#include <optional>
#include <stop_token>

#include "rest/partitions/partition.hpp"
#include "rest/requests/request_options.hpp"

namespace ingest::rest {

/// Finds the partitions of a stream. What it keeps does not grow with those that it has given, but where that is said.
/// One thread at a time calls begin → next*; inject() may be called by others meanwhile.
class partition_router {
 public:
  virtual ~partition_router() = default;

  /// From the first partition on, be it once more.
  virtual void begin() = 0;

  /// The next partition; nothing behind the last one. May ask an API; throws what requester::send() throws, and
  /// errc::cancelled within a second once `stop` is requested.
  virtual std::optional<partition> next(const std::stop_token& stop) = 0;

  /// Where it has given no partition: whether an API has said that there are none, and not only settings, or records
  /// of parents that have no key.
  virtual bool was_told_of_none() const { return false; }

  /// Puts what a slice's partition stands for into its requests.
  virtual void inject(request_options& to, const value& stream_slice, const variables& given) const = 0;
};

}  // namespace ingest::rest
