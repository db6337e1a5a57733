#include "datasync/page_parser.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/instant.hpp"
#include "datasync/page_envelope.hpp"
#include "ingest/error.hpp"
#include "ingest/time_window.hpp"
#include "json/json_pointer.hpp"
#include "json/json_scanner.hpp"
#include "json/whole_number.hpp"

namespace ingest {

namespace {

using detail::json_fault;
using detail::json_scanner;
using detail::json_value;

json_pointer option_pointer(const char* option, const std::string& text) {
  try {
    return json_pointer(text);
  } catch (const error& e) {
    throw error(errc::config, std::string(option) + ": " + e.what());
  }
}

std::string hex_of(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'0', 'x', digits[byte >> 4], digits[byte & 0xf]};
}

std::string character(char c) {
  return c > 0x20 && c < 0x7f ? "a " + std::string(1, c) : "a byte " + hex_of(c);
}

/// True if a JSON text may have been cut off behind `rest`, which is where it became none.
bool is_cut_off_in(std::string_view rest) {
  for (const std::string_view word : {"", "true", "false", "null", "NaN", "Infinity"}) {
    if (word.starts_with(rest)) {
      return true;
    }
  }
  return false;
}

/// What a body is that cannot be JSON, or nothing.
std::optional<not_a_page> foreign(std::string_view body) {
  constexpr auto disturbed = not_a_page::kind::disturbed;
  constexpr auto unreadable = not_a_page::kind::unreadable;
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return not_a_page(disturbed, "it is empty");
  }
  if (body[first] == '<') {
    return not_a_page(disturbed, "it is HTML or XML, not JSON");
  }
  if (body.starts_with("\xff\xfe") || body.starts_with("\xfe\xff") || body.substr(0, 2).find('\0') < 2) {
    return not_a_page(unreadable, "it is JSON in UTF-16 or UTF-32, or no text; expected is UTF-8");
  }
  if (body.starts_with("\x1f\x8b") || body.starts_with("\x28\xb5\x2f\xfd")) {
    return not_a_page(
        unreadable,
        "it is compressed, without a Content-Encoding that says so: try it with `compression` set to false");
  }
  return std::nullopt;
}

std::string_view without_byte_order_mark(std::string_view body) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  return body.starts_with(mark) ? body.substr(mark.size()) : body;
}

class scanning_parser final : public page_parser {
 public:
  explicit scanning_parser(const page_parser_options& options)
      : pointers_{option_pointer("`id_pointer`", options.id_pointer),
                  option_pointer("`timestamp_pointer`", options.timestamp_pointer)},
        tolerant_(options.tolerant) {}

  parsed_page parse(std::string_view body, const record_encoder& encoder, std::string& out) override {
    const std::size_t size_before = out.size();
    out.reserve(size_before + body.size() + body.size() / 8);  // the keys are there a second time
    body = without_byte_order_mark(body);
    page_ = {};
    envelope_.clear();
    times_.clear();
    inside_event_ = false;
    try {
      parse_envelope(body, encoder, out);
    } catch (const json_fault& fault) {
      out.resize(size_before);
      refuse(fault, body);
    } catch (...) {
      out.resize(size_before);
      throw;
    }
    return std::move(page_);
  }

 private:
  void parse_envelope(std::string_view body, const record_encoder& encoder, std::string& out) {
    json_scanner in(body, tolerant_);
    begin_ = body.data();
    if (in.peek() == '[') {
      in.value();
      in.finish();
      throw not_a_page(not_a_page::kind::unreadable,
                       "it is a JSON array; expected is an object with an array \"data\"");
    }
    in.object([&](std::string_view key) {
      if (key == "data" && in.peek() == '[') {
        envelope_.begin_data();
        parse_events(in, encoder, out);
      } else if ((key == "pagination" || key == "meta") && in.peek() == '{') {
        in.object([&](std::string_view inner) { envelope_.read(inner, false, in); });
      } else {
        envelope_.read(key, true, in);
      }
    });
    in.finish();
    envelope_.conclude(page_);
  }

  void parse_events(json_scanner& in, const record_encoder& encoder, std::string& out) {
    std::array<json_value, 2> found;
    in.array([&](std::size_t) {
      found = {};
      in.tolerated();  // what passed outside of events is no event's fault
      inside_event_ = true;
      const json_value event = find_values(in, pointers_, found);
      inside_event_ = false;
      if (const auto odd = in.tolerated()) {
        encoder.append_refused(no_json(event.raw, begin_ + *odd), event.raw, out);
      } else {
        encoder.append(found[0].text(scratch_), event.raw, out);
      }
      if (++page_.rows == 1) {
        page_.first_id = found[0].text(scratch_).value_or("");
      }
      note_time(found[1]);
    });
    if (!times_.empty()) {
      page_.first_timestamp_ms = times_.front();
      page_.last_timestamp_ms = times_.back();
      page_.middle_timestamp_ms = times_[times_.size() / 2];
    }
    page_.last_id = found[0].text(scratch_).value_or("");
  }

  /// Why an event is none, whose first character that JSON has not is at `odd`.
  static std::string no_json(std::string_view event, const char* odd) {
    return "the event is no JSON: " + character(*odd) + " has no place at its byte " +
           std::to_string(odd - event.data());
  }

  void note_time(const json_value& value) {
    std::int64_t ms = 0;
    const auto text = value.text(scratch_);
    const bool known = value.what == json_value::kind::number ? detail::read_whole_number(value.raw, ms)
                                                              : text && read_instant(*text, ms);
    page_.newest_first = page_.newest_first && known && (times_.empty() || ms <= times_.back());
    if (known) {
      times_.push_back(ms);
    }
  }

  [[noreturn]] void refuse(const json_fault& fault, std::string_view body) const {
    const std::string place = "at byte " + std::to_string(fault.offset) + " of " + std::to_string(body.size());
    const std::string what =
        inside_event_ ? "event " + std::to_string(page_.rows) + " (counted from 0) of the page" : "the page";
    if (const auto known = foreign(body)) {
      throw *known;
    }
    const bool begins = body.find_first_not_of(" \t\r\n") < fault.offset;
    if (!begins || is_cut_off_in(body.substr(fault.offset))) {
      throw not_a_page(not_a_page::kind::disturbed,
                       std::string(begins ? "it was cut short and is no JSON " : "it is no JSON ") + place);
    }
    throw not_a_page(not_a_page::kind::unreadable, what + " is no JSON " + place + ", where " +
                                                       character(body[fault.offset]) +
                                                       " has no place: the API has to mend that");
  }

  std::array<json_pointer, 2> pointers_;
  bool tolerant_;
  const char* begin_ = nullptr;  // of the body
  std::string scratch_;
  parsed_page page_;
  detail::page_envelope envelope_;
  std::vector<std::int64_t> times_;  // of the page's events
  bool inside_event_ = false;
};

}  // namespace

std::unique_ptr<page_parser> make_page_parser(const page_parser_options& options) {
  return std::make_unique<scanning_parser>(options);
}

}  // namespace ingest
