#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/row_encoder.hpp"

namespace ingest {

/// What a page of events says, apart from the events.
struct parsed_page {
  std::uint64_t rows = 0;
  bool has_more = false;
  std::optional<std::string> next_cursor;
  std::optional<std::int64_t> cursor_expires_in_s;
  std::optional<std::uint64_t> total;               ///< events in all, as the API counts them
  std::optional<std::int64_t> first_timestamp_ms;   ///< of the first event that has a readable one
  std::optional<std::int64_t> last_timestamp_ms;    ///< of the last event that has a readable one
  std::optional<std::int64_t> middle_timestamp_ms;  ///< of the event in the middle of those that have a readable one
  bool newest_first = true;   ///< every event has a readable time, and none a later one than the event before it
  std::string first_id = {};  ///< of the first event; empty if it has none
  std::string last_id = {};   ///< of the last event
};

/// Reads the body of a response with events. Not thread-safe; to be kept and used again, as it keeps its memory.
class page_parser {
 public:
  virtual ~page_parser() = default;

  /// Reads a complete, decoded body and appends a row per event to `out`, the event's bytes being handed to the encoder
  /// as they were received. Accepts `{"data":[…],"hasMore":…,"nextCursor":…}` and
  /// `{"data":[…],"pagination":{…},"meta":{…}}`, members in any order and unknown ones beside them.
  /// However deeply an event is nested, it is handed on: whoever stores it knows what it can hold.
  /// On an error `out` is as before: errc::unavailable, transient, for what is no JSON (a truncated body, HTML) or
  /// holds no events: ask again.
  virtual parsed_page parse(std::string_view body, const row_encoder& encoder, std::string& out) = 0;
};

struct page_parser_options {
  std::string id_pointer = "/id";                ///< JSON pointer, inside an event
  std::string timestamp_pointer = "/timestamp";  ///< JSON pointer, to Unix milliseconds or ISO 8601 text
};

/// A parser that reads the body once, without building a tree and without memory of its own per event. Throws
/// errc::config, naming ID_POINTER or TIMESTAMP_POINTER, for one that is no JSON pointer.
std::unique_ptr<page_parser> make_page_parser(const page_parser_options& options = {});

}  // namespace ingest
