#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/error.hpp"
#include "ingest/http_source.hpp"
#include "ingest/record_encoder.hpp"

namespace ingest {

/// What a page of events says, apart from the events.
struct parsed_page {
  std::uint64_t rows = 0;
  /// What says whether there is more.
  enum class evidence {
    has_more,     ///< hasMore
    next_cursor,  ///< there is none, but nextCursor is there, or is null
    nothing,      ///< neither: has_more is false only because nobody said anything
  };

  bool has_more = false;
  bool doubtful_end = false;  ///< it is empty and the last, in a way in which errors are told too: ask again
  evidence known_by = evidence::has_more;
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

/// A body that is no page of events: an errc::unavailable that says what was seen, what was expected and, where one may
/// help, which setting.
class not_a_page : public error {
 public:
  enum class kind {
    disturbed,   ///< empty, cut short, or no JSON at all, as a server or gateway in trouble answers: ask again
    refusal,     ///< reports an error, in place of events or beside them
    unreadable,  ///< not JSON from some place on, or JSON of another shape: it would hardly be better the next time
  };

  not_a_page(kind what, const std::string& message)
      : error(errc::unavailable, "the response is no page of events: " + message), kind_(what) {}

  kind what_it_is() const noexcept { return kind_; }

 private:
  kind kind_;
};

/// Reads the body of a response with events. Not thread-safe; to be kept and used again, as it keeps its memory.
class page_parser {
 public:
  virtual ~page_parser() = default;

  /// Reads a complete, decoded body and appends a row per event to `out`, the event's bytes being handed to the encoder
  /// as they were received. Accepts `{"data":[…],"hasMore":…,"nextCursor":…}` and
  /// `{"data":[…],"pagination":{…},"meta":{…}}`, members in any order and unknown ones beside them; docs/api_answers.md
  /// says what each of them means. However deeply an event is nested, it is handed on: whoever stores it knows what it
  /// can hold. Throws not_a_page for what is no JSON, holds no events or contradicts itself; `out` is as before then.
  virtual parsed_page parse(std::string_view body, const record_encoder& encoder, std::string& out) = 0;
};

/// A parser that reads the body once, without building a tree and without memory of its own per event. Throws
/// errc::config, naming `id_pointer` or `timestamp_pointer`, for one that is no JSON pointer.
std::unique_ptr<page_parser> make_page_parser(const page_parser_options& options = {});

}  // namespace ingest
