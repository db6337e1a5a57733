#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ingest::rest {

/// How pages of a stream are asked for, as far as a few requests tell.
struct page_rule {
  enum class kind : std::uint8_t { automatic, page, offset, cursor, next_url, link_header };
  kind how = kind::automatic;
  std::string parameter = {};       ///< of page, offset, cursor
  std::string from = {};            ///< of cursor and next_url: where answers have it
  std::string more = {};            ///< of cursor: where answers say whether more comes
  std::int64_t start = 1;           ///< of page
  bool seen = false;                ///< other records came by it
  std::string size_parameter = {};  ///< that was seen to be heeded; "": none
  std::int64_t size = 0;            ///< that it is to have; 0: it stays away
  std::vector<std::string> notes = {};

  /// Whether the size of pages is a parameter of the stream, and not of its rule.
  bool has_size_apart() const { return size > 0 && how != kind::page && how != kind::offset; }
  /// What stands behind `paginate:` in the short spelling.
  std::string spelling() const;
};

}  // namespace ingest::rest
