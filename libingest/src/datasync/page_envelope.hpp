#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "datasync/page_parser.hpp"
#include "json/json_scanner.hpp"

namespace ingest::detail {

/// What a page says beside its events, gathered member by member, and what that means together. A member that is null
/// says nothing; one that is there twice, be it at the top and in "pagination" or "meta", must say the same.
class page_envelope {
 public:
  void clear() { *this = {}; }

  /// Reads the value of the member `key`; `at_top` is false inside "pagination" and "meta".
  void read(std::string_view key, bool at_top, json_scanner& in);

  /// An array "data" follows. Throws not_a_page for a second one, which would be guessing.
  void begin_data();

  /// Puts what was said into `page`, whose events are counted. Throws not_a_page where there are no events, an error
  /// is reported, the page is a partial one or the members contradict each other.
  void conclude(parsed_page& page) const;

 private:
  void read_has_more(const json_value& value);
  void read_next_cursor(const json_value& value);
  void note_odd(std::string what);
  bool knows_no_data() const;
  void note_remark(std::string_view key, const json_value& value);
  void doubt_emptiness(parsed_page& page) const;

  bool has_data_ = false;
  bool data_is_null_ = false;
  bool reports_error_ = false;
  bool is_partial_ = false;
  bool has_failure_code_ = false;  // such as "code":500
  bool has_remark_ = false;        // such as "message":"…"
  std::optional<bool> has_more_;
  bool cursor_is_there_ = false;  // be it null
  std::optional<std::string> next_cursor_;
  bool cursor_is_zero_ = false;
  std::optional<std::int64_t> cursor_expires_in_s_;
  std::optional<std::uint64_t> total_;
  std::string odd_;      // the first thing that makes no sense
  std::string members_;  // the names of the first ones, for a message
  unsigned member_count_ = 0;
  std::string scratch_;
};

}  // namespace ingest::detail
