#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>

namespace ingest {

/// Strings for the payloads of batches, used again once nobody holds them any more: a source that takes its payloads
/// from a pool allocates a few of them and then no more, however long the stream is. Thread-safe; payloads may outlive
/// their pool.
class payload_pool {
 public:
  /// Keeps at most `spare` strings that are not in use, and none that has room for more than `most_bytes`.
  explicit payload_pool(std::size_t spare = 2, std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

  /// A string that nobody else holds. Its length and its bytes are those of its last use: resize() it, which fills
  /// only what was not there before, and overwrite it.
  std::shared_ptr<std::string> take();

 private:
  struct shelf;
  std::shared_ptr<shelf> shelf_;
};

}  // namespace ingest
