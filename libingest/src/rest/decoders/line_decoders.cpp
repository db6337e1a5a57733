#include "rest/decoders/line_decoders.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/quotable.hpp"
#include "rest/decoders/decoded_text.hpp"
#include "rest/decoders/foreign_body.hpp"
#include "rest/decoders/json_body.hpp"
#include "rest/decoders/text_window.hpp"

namespace ingest::rest {

namespace {

/// The lines of a text, of which each ends behind one of `ends`, or with the text.
class line_reader {
 public:
  line_reader(std::unique_ptr<byte_stream> body, const text_encoding& encoding, std::string_view ends, std::size_t most)
      : text_(std::make_unique<decoded_text>(std::move(body), encoding), most), ends_(ends) {}

  /// Without its end; valid until the next call. Nothing behind the last one.
  std::optional<std::string_view> next() {
    text_.drop(std::exchange(taken_, 0));
    if (!text_.has_more()) {
      return std::nullopt;
    }
    std::size_t looked_at = 0;
    std::size_t end = text_.rest().find_first_of(ends_);
    // Where "\r\n" ends a line too, its second byte may be in the next piece.
    while (end == std::string_view::npos || (text_.rest()[end] == '\r' && end + 1 == text_.rest().size())) {
      looked_at = std::min(end, text_.rest().size());
      if (!text_.grow()) {
        break;
      }
      end = text_.rest().find_first_of(ends_, looked_at);
    }
    end = std::min(end, text_.rest().size());
    const std::string_view behind = text_.rest().substr(end);
    taken_ = end + (behind.starts_with("\r\n") ? 2 : behind.empty() ? 0 : 1);
    return text_.rest().substr(0, end);
  }

 private:
  text_window text_;
  std::string_view ends_;
  std::size_t taken_ = 0;
};

class json_lines final : public document_stream {
 public:
  json_lines(std::unique_ptr<line_reader> lines, std::atomic<bool>& told) : lines_(std::move(lines)), told_(told) {}

  std::optional<value> next() override {
    auto found = held_back_ ? std::exchange(held_back_, std::nullopt) : read();
    if (!found) {
      return std::nullopt;
    }
    if (const auto words = error_alone(*found)) {
      look_behind_error(*words);
      speaks_of_errors_ = true;
    } else {
      speaks_of_errors_ = speaks_of_errors_ || (found->is_dict() && found->find("error") != nullptr);
    }
    return found;
  }

 private:
  std::optional<value> read() {
    while (const auto line = lines_->next()) {
      ++number_;
      if (!is_blank(*line)) {
        return parsed(*line);
      }
    }
    return std::nullopt;
  }

  void look_behind_error(const std::string& words) {
    const std::size_t number = number_;
    held_back_ = read();
    if (!held_back_ && !speaks_of_errors_) {
      throw error(errc::bad_data,
                  "line " + std::to_string(number) +
                      " of the answer, its last one, is no record but an error: " + detail::quotable(words),
                  true);
    }
    if (!speaks_of_errors_ && !told_.exchange(true)) {
      log::warning(events::error_among_records, "line " + std::to_string(number) +
                                                    " of an answer says nothing but an error, and is taken for a "
                                                    "record as the others are: " +
                                                    log::redact(detail::quotable(words)));
    }
  }

  value parsed(std::string_view line) const {
    try {
      return value::from_json(line);
    } catch (const error& fault) {
      throw error(errc::bad_data, "line " + std::to_string(number_) + " of the answer is no JSON: " + fault.what(),
                  true);
    }
  }

  std::unique_ptr<line_reader> lines_;
  std::atomic<bool>& told_;
  std::size_t number_ = 0;
  std::optional<value> held_back_;  // the line behind one that is an error
  bool speaks_of_errors_ = false;
};

class text_lines final : public document_stream {
 public:
  explicit text_lines(std::unique_ptr<line_reader> lines) : lines_(std::move(lines)) {}

  std::optional<value> next() override {
    const auto line = lines_->next();
    if (line && !std::exchange(begun_, true)) {
      refuse_markup(*line);
    }
    return line ? std::optional(value::dict_of({{"record", value::text_of(std::string(*line))}})) : std::nullopt;
  }

 private:
  std::unique_ptr<line_reader> lines_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<document_stream> jsonl_decoder::documents(std::unique_ptr<byte_stream> body,
                                                          const decoding_limits& most) const {
  return std::make_unique<json_lines>(std::make_unique<line_reader>(std::move(body), encoding_, "\n", most.text),
                                      told_);
}

std::unique_ptr<document_stream> iterable_decoder::documents(std::unique_ptr<byte_stream> body,
                                                             const decoding_limits& most) const {
  return std::make_unique<text_lines>(
      std::make_unique<line_reader>(std::move(body), text_encoding(), "\r\n", most.text));
}

}  // namespace ingest::rest
