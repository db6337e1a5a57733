#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "ingest/batch.hpp"

namespace ingest {

/// Where records come from. One thread at a time calls
///
///     open → read* → close, and perhaps open again
///
/// close() is called exactly once for each open(), also for one that threw; and once without an open() where the run
/// ends before it, so that a source which was handed over holding something lets go of it.
class source {
 public:
  virtual ~source() = default;

  /// Gets ready to read from `position`, which an earlier batch of this source (perhaps in an earlier process) carried,
  /// or from the beginning when there is none. `stop` stays valid until close(); once it is requested, a blocked
  /// read() returns within a second, by throwing an error with errc::cancelled.
  virtual void open(const std::optional<std::string>& position, std::stop_token stop) = 0;

  /// The next batch, in order; nothing at the end. May block. Is not called again after the end, after a batch marked
  /// `last`, or after it threw. A batch of no records is allowed, for instance to pass on a new position.
  /// Retries what it can by itself; throws an error that says whether a fresh start from the last position might help.
  virtual std::optional<batch> read() = 0;

  /// Lets go of everything that open() and read() acquired.
  virtual void close() noexcept = 0;
};

/// Makes the source of a slice. Called for every life of a reader, so that a restarted one gets a fresh source.
using source_factory = std::function<std::unique_ptr<source>(slice_id)>;

}  // namespace ingest
