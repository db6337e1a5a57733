#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "ingest/record_encoder.hpp"
#include "ingest/slice_supply.hpp"
#include "ingest/source.hpp"
#include "rest/connectors/connector_stream.hpp"

namespace ingest::rest {

struct read_stream;

struct stream_source_options {
  /// Records are given their identity (record_identity.hpp) as a member, and lines for their key.
  bool known_by_content = false;

  /// Otherwise: where a record has its key, for encoders that want one; nothing where records have no key.
  std::optional<std::string> id_pointer = {};

  /// Whether an empty text is a key, or as if there were none.
  bool keys_may_be_empty = true;

  /// Those that come twice are there once, for the target knows them by their keys.
  bool records_may_repeat = false;

  /// Where the stream is read on from, and then positions of ended slices tell the watermarks for the next run
  /// (run_ledger::complete_with_slices()); of nothing: all of it is read.
  stream_progress past = {};

  /// Slices that a process before has begun, and not read to their ends; one that is none any more, as its parent's
  /// record has gone, ends where it stands, with a warning.
  std::set<slice_id> begun = {};
};

/// What a pipeline reads a stream with: a supply of its slices, and a source for each of them.
class stream_sources {
 public:
  /// `encoder` makes lines of records.
  stream_sources(std::shared_ptr<const connector_stream> stream, std::shared_ptr<const record_encoder> encoder,
                 stream_source_options options = {});

  /// The slices in order, each called by its partition and window. Asks the API where partitions are records of another
  /// stream.
  slice_supply_factory supply() const;

  /// Sources of slices that the supply has given lately, as it is never far ahead of those who read, or that have been
  /// begun and not read to their end.
  source_factory sources() const;

 private:
  std::shared_ptr<read_stream> of_;
};

}  // namespace ingest::rest
