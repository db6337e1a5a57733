#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "ingest/slice_id.hpp"

namespace ingest {

/// A slice that is to be read, and where it begins; none: at its beginning. A durable buffer that knows of a later
/// position goes on there.
struct slice_task {
  slice_id slice;
  std::optional<std::string> position;
};

/// Tells which slice is to be read next: how many there are need not be known beforehand, and nobody keeps a list of
/// those that are done. Used by one thread at a time, though not always by the same one.
class slice_supply {
 public:
  virtual ~slice_supply() = default;

  /// The next slice, each once; nothing when there are no more, after which it is not called again. May block; once
  /// `stop` is requested it returns within a second, by throwing errc::cancelled. Must not wait for slices to be read
  /// that it has given: where a ledger is asked about them, up to 64 are taken before the first of them is.
  virtual std::optional<slice_task> next(std::stop_token stop) = 0;
};

/// Called whenever all is read from the beginning. A source that is resumed is asked for the same slices again, and
/// those that have ended are passed over.
using slice_supply_factory = std::function<std::unique_ptr<slice_supply>()>;

/// The slices 0 to `count` - 1, of the stream without a name.
slice_supply_factory counted_slices(std::uint64_t count, std::map<slice_id, std::string> positions = {});

}  // namespace ingest
