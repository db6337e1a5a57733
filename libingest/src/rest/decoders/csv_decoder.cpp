#include "rest/decoders/csv_decoder.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "core/csv_record.hpp"
#include "ingest/error.hpp"
#include "log/quotable.hpp"
#include "rest/decoders/decoded_text.hpp"
#include "rest/decoders/foreign_body.hpp"
#include "rest/decoders/text_window.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_looked_at = 4096;

char delimiter_of(const csv_decoder_options& options) {
  if (options.delimiter == "\\t") {
    return '\t';
  }
  const bool sensible =
      options.delimiter.size() == 1 && options.delimiter.find_first_of("\"\r\n\\") == std::string::npos;
  if (!sensible) {
    throw error(errc::config, options.where + ": the `delimiter` of a CsvDecoder is one ASCII character, or \\t");
  }
  return options.delimiter.front();
}

[[noreturn]] void refuse_row(std::size_t number, const std::string& why) {
  throw error(errc::bad_data,
              "row " + std::to_string(number) + " of the answer (the names are row 1) cannot be read: " + why, true);
}

/// Of each name that comes again: where it stood before, and where it stands last.
std::vector<std::pair<std::size_t, std::size_t>> repeated_in(const std::vector<std::string>& names) {
  std::map<std::string_view, std::size_t> last;
  std::vector<std::pair<std::size_t, std::size_t>> repeated;
  for (std::size_t i = names.size(); i-- > 0;) {
    const auto [found, is_new] = last.emplace(names[i], i);
    if (!is_new) {
      repeated.emplace_back(i, found->second);
    }
  }
  return repeated;
}

class csv_rows final : public document_stream {
 public:
  csv_rows(std::unique_ptr<byte_stream> body, const csv_decoder_options& options, char delimiter, std::size_t most)
      : text_(std::make_unique<decoded_text>(std::move(body), options.encoding), most),
        options_(options),
        form_{delimiter} {}

  std::optional<value> next() override {
    if (names_.empty()) {
      refuse_what_is_no_table();
    }
    while (next_row()) {
      const bool is_empty = fields_.size() == 1 && fields_.front().empty();
      if (is_empty) {
        continue;
      }
      if (!names_.empty()) {
        return row();
      }
      names_ = fields_;
      repeated_ = repeated_in(names_);
    }
    return std::nullopt;
  }

 private:
  /// A page, or a JSON text with words of an error, however many lines it has.
  void refuse_what_is_no_table() {
    while (text_.rest().size() < most_looked_at && text_.grow()) {
    }
    refuse_markup(text_.rest());
    if (const auto words = text_.at_end() ? error_in(text_.rest()) : std::nullopt) {
      refuse_error(*words);
    }
  }

  bool next_row() {
    if (!text_.has_more()) {
      return false;
    }
    ++number_;
    std::size_t length = read();
    while (length == 0 && !text_.at_end()) {
      text_.grow();
      length = read();
    }
    text_.drop(std::max<std::size_t>(length, 1));
    return true;
  }

  std::size_t read() {
    try {
      return detail::read_csv_record(text_.rest(), text_.at_end(), form_, fields_);
    } catch (const error& fault) {
      refuse_row(number_, fault.what());
    }
  }

  value row() const {
    if (fields_.size() > names_.size()) {
      refuse_row(number_, "it has " + std::to_string(fields_.size()) + " values for " + std::to_string(names_.size()) +
                              " names");
    }
    const auto& none = options_.set_values_to_none;
    dictionary members;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const bool is_none = i >= fields_.size() || std::find(none.begin(), none.end(), fields_[i]) != none.end();
      members.set(names_[i], is_none ? value() : value::text_of(fields_[i]));
    }
    require_nothing_lost();
    return value::dict_of(std::move(members));
  }

  /// Of equal names the last one counts, as in Python's DictReader; what stands in the others must be nothing else.
  void require_nothing_lost() const {
    for (const auto& [earlier, last] : repeated_) {
      const bool differs = earlier < fields_.size() && !fields_[earlier].empty() &&
                           (last >= fields_.size() || fields_[earlier] != fields_[last]);
      if (differs) {
        throw error(errc::bad_data, "two columns of the answer are called \"" + detail::quotable(names_[last]) +
                                        "\", and row " + std::to_string(number_) +
                                        " has different values in them: only one can be kept; have the API name them "
                                        "apart");
      }
    }
  }

  text_window text_;
  const csv_decoder_options& options_;
  detail::csv_form form_;
  std::vector<std::string> names_;
  std::vector<std::string> fields_;
  std::vector<std::pair<std::size_t, std::size_t>> repeated_;  // columns of one name: an earlier one, the last one
  std::size_t number_ = 0;
};

}  // namespace

csv_decoder::csv_decoder(csv_decoder_options options)
    : options_(std::move(options)), delimiter_(delimiter_of(options_)) {}

std::unique_ptr<document_stream> csv_decoder::documents(std::unique_ptr<byte_stream> body,
                                                        const decoding_limits& most) const {
  return std::make_unique<csv_rows>(std::move(body), options_, delimiter_, most.text);
}

}  // namespace ingest::rest
