#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rest/recordings/recorded_exchange.hpp"

namespace ingest::rest {

/// What was read of a stream, as it must come out again.
struct stream_transcript {
  struct slice {
    std::string name;
    std::vector<value> positions;  ///< one a page, with its number of records
  };
  std::vector<slice> slices;
  std::vector<std::string> records;  ///< JSON, in the order of slices and pages
  bool cut = false;                  ///< as many pages as were asked for, before the end was seen

  std::size_t pages() const;
};

/// Exchanges in the order in which they came, of each slice by itself: how slices alternate is nobody's promise.
struct exchange_group {
  std::string slice;  ///< "" for what partitions were found by
  std::vector<recorded_exchange> exchanges;
};
using exchange_groups = std::vector<exchange_group>;

/// The texts of files, for people and for diffs. Those that read throw errc::bad_data, naming `file`.
std::string to_text(const exchange_groups& groups);
exchange_groups exchanges_of(std::string_view text, const std::string& file);
std::string positions_text(const stream_transcript& read);
std::string records_text(const stream_transcript& read);

/// The first differences in records, slices and positions, a line each; none: they are the same.
std::vector<std::string> differences(const stream_transcript& expected, const stream_transcript& found);

/// Throws errc::bad_data, naming `file`.
stream_transcript transcript_of(std::string_view positions, std::string_view records, const std::string& file);

/// JSON in lines: what is short stands in one, and a member or element of what is long in one of its own.
std::string readable_json(const value& content);

}  // namespace ingest::rest
