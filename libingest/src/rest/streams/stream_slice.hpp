#pragma once

#include <string>

#include "rest/expressions/interpolation.hpp"
#include "rest/partitions/partition.hpp"

namespace ingest::rest {

/// What one reader reads: a partition of a stream, in a window of time.
struct stream_slice {
  partition part = {};
  value window = value::dict_of({});  ///< the members that the cursor adds: {"start_time": …, "end_time": …}

  /// Canonical JSON of partition and window.
  std::string name() const;

  /// Whether there is no other one: neither partitions nor windows divide the stream.
  bool is_whole_stream() const;

  /// What expressions call `stream_slice`, `stream_partition` and `stream_interval`: the members of both, and
  /// `partition`, `cursor_slice` and `extra_fields`, unless members are called so.
  value names() const;

  /// Sets `stream_slice`, and each of the extra fields under its own name.
  void name_in(variables& to) const;
};

/// What names() is made of, without those three; of the members that are called so, an object is taken for one of them.
value without_attributes(const value& names);

}  // namespace ingest::rest
