#include "ingest/page_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "ingest/error.hpp"
#include "ingest/json_pointer.hpp"
#include "ingest/time_window.hpp"
#include "json/json_scanner.hpp"

namespace ingest {

namespace {

using detail::json_fault;
using detail::json_scanner;
using detail::json_value;

json_pointer setting_pointer(const char* setting, const std::string& text) {
  try {
    return json_pointer(text);
  } catch (const error& e) {
    throw error(errc::config, std::string(setting) + ": " + e.what());
  }
}

[[noreturn]] void refuse_body(const std::string& why) {
  throw error(errc::unavailable, "the response is no page of events: " + why);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  if (const auto [stop, problem] = std::from_chars(text.data(), end, whole); problem == std::errc() && stop == end) {
    return whole;
  }
  double value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  constexpr double limit = 9e15;  // beyond, a double skips whole numbers, and no time in milliseconds lies there
  if (problem != std::errc() || stop != end || !(std::fabs(value) < limit)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(std::floor(value));
}

class scanning_parser final : public page_parser {
 public:
  explicit scanning_parser(const page_parser_options& options)
      : pointers_{setting_pointer("ID_POINTER", options.id_pointer),
                  setting_pointer("TIMESTAMP_POINTER", options.timestamp_pointer)} {}

  parsed_page parse(std::string_view body, const row_encoder& encoder, std::string& out) override {
    const std::size_t size_before = out.size();
    // Most events need a few escapes and their id a second time.
    out.reserve(size_before + body.size() + body.size() / 4);
    page_ = {};
    has_data_ = false;
    has_more_ = {};
    times_.clear();
    try {
      parse_envelope(body, encoder, out);
    } catch (const json_fault& fault) {
      out.resize(size_before);
      refuse_body("it is no JSON at byte " + std::to_string(fault.offset) + " of " + std::to_string(body.size()));
    } catch (...) {
      out.resize(size_before);
      throw;
    }
    return std::move(page_);
  }

 private:
  void parse_envelope(std::string_view body, const row_encoder& encoder, std::string& out) {
    json_scanner in(body);
    in.object([&](std::string_view key) {
      if (key == "data" && in.peek() == '[') {
        parse_events(in, encoder, out);
      } else if ((key == "pagination" || key == "meta") && in.peek() == '{') {
        in.object([&](std::string_view inner) { parse_about_page(inner, in); });
      } else {
        parse_about_page(key, in);
      }
    });
    in.finish();
    if (!has_data_) {
      refuse_body("it has no array \"data\"");
    }
    if (!times_.empty()) {
      page_.middle_timestamp_ms = times_[times_.size() / 2];
    }
    finish_page();
  }

  void parse_events(json_scanner& in, const row_encoder& encoder, std::string& out) {
    has_data_ = true;
    std::array<json_value, 2> found;
    in.array([&](std::size_t) {
      found = {};
      const json_value event = find_values(in, pointers_, found);
      encoder.append(found[0].text(scratch_), event.raw, out);
      if (++page_.rows == 1) {
        page_.first_id = found[0].text(scratch_).value_or("");
      }
      const auto ms = timestamp_of(found[1]);
      page_.newest_first = page_.newest_first && ms && (times_.empty() || *ms <= times_.back());
      if (ms) {
        times_.push_back(*ms);
        page_.last_timestamp_ms = ms;
        if (!page_.first_timestamp_ms) {
          page_.first_timestamp_ms = ms;
        }
      }
    });
    page_.last_id = found[0].text(scratch_).value_or("");
  }

  std::optional<std::int64_t> timestamp_of(const json_value& value) {
    if (value.what == json_value::kind::number) {
      return whole_number(value.raw);
    }
    const auto text = value.text(scratch_);
    return text ? parse_instant(*text) : std::nullopt;
  }

  void parse_about_page(std::string_view key, json_scanner& in) {
    if (key == "hasMore") {
      has_more_ = in.value();
    } else if (key == "nextCursor") {
      const auto text = in.value().text(scratch_);
      page_.next_cursor = text && !text->empty() ? std::optional(std::string(*text)) : std::nullopt;
    } else if (key == "cursorExpiresIn") {
      page_.cursor_expires_in_s = number_of(in.value());
    } else if (key == "total") {
      const auto total = number_of(in.value());
      page_.total = total && *total >= 0 ? std::optional(static_cast<std::uint64_t>(*total)) : std::nullopt;
    } else {
      in.value();
    }
  }

  static std::optional<std::int64_t> number_of(const json_value& value) {
    return value.what == json_value::kind::number ? whole_number(value.raw) : std::nullopt;
  }

  // Without hasMore, a next cursor says that there is more.
  void finish_page() {
    if (has_more_.is_null()) {
      page_.has_more = page_.next_cursor.has_value();
    } else if (has_more_.what == json_value::kind::boolean) {
      page_.has_more = has_more_.is_true();
    } else {
      refuse_body("\"hasMore\" is neither true nor false");
    }
  }

  std::array<json_pointer, 2> pointers_;
  std::string scratch_;
  parsed_page page_;
  json_value has_more_;
  bool has_data_ = false;
  std::vector<std::int64_t> times_;  // of the page's events
};

}  // namespace

std::unique_ptr<page_parser> make_page_parser(const page_parser_options& options) {
  return std::make_unique<scanning_parser>(options);
}

}  // namespace ingest
