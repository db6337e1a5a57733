#include "streams/csv_reader.hpp"

#include <algorithm>
#include <compare>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

/// One pass over a record.
class record_scan {
 public:
  record_scan(std::string_view text, bool at_end, const csv_form& form, std::vector<std::string>& fields)
      : text_(text), at_end_(at_end), form_(form), fields_(fields) {}

  std::size_t run() {
    for (bool more = true; more;) {
      std::string& field = next_field();
      const bool quoted = form_.quoting && at_ < text_.size() && text_[at_] == '"';
      if (!(quoted ? read_quoted(field) : read_bare(field))) {
        return 0;
      }
      more = at_ < text_.size() && text_[at_] == form_.separator;
      at_ += more ? 1 : 0;
    }
    fields_.resize(count_);
    return at_ + line_end(at_);
  }

 private:
  std::string& next_field() {
    if (count_ == fields_.size()) {
      fields_.emplace_back();
    }
    fields_[count_].clear();
    return fields_[count_++];
  }

  /// The length of the line end at `at`; 0 where there is none.
  std::size_t line_end(std::size_t at) const {
    const std::string_view rest = text_.substr(std::min(at, text_.size()));
    return rest.starts_with(form_.line_end) ? 1 : form_.line_end == '\n' && rest.starts_with("\r\n") ? 2 : 0;
  }

  bool read_bare(std::string& field) {
    const char stops[] = {form_.separator, form_.line_end};
    std::size_t end = text_.find_first_of(std::string_view(stops, 2), at_);
    if (end == std::string_view::npos) {
      if (!at_end_) {
        return false;
      }
      end = text_.size();
    } else if (text_[end] == '\n' && end > at_ && text_[end - 1] == '\r') {
      --end;
    }
    field.assign(text_, at_, end - at_);
    at_ = end;
    return true;
  }

  bool read_quoted(std::string& field) {
    for (++at_;;) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) {
        return incomplete("a quote is never closed");
      }
      field.append(text_, at_, quote - at_);
      at_ = quote + 1;
      if (at_ >= text_.size()) {
        return at_end_;  // otherwise the next byte decides: a second quote, or the end of the field
      }
      if (text_[at_] != '"') {
        break;
      }
      field.push_back('"');
      ++at_;
    }
    if (text_[at_] == form_.separator || line_end(at_) > 0) {
      return true;
    }
    if (text_.substr(at_) == "\r") {
      return incomplete("a lone carriage return follows a closing quote");
    }
    throw error(errc::bad_data, "text follows a closing quote");
  }

  bool incomplete(const char* otherwise) const {
    if (at_end_) {
      throw error(errc::bad_data, otherwise);
    }
    return false;
  }

  std::string_view text_;
  bool at_end_;
  const csv_form& form_;
  std::vector<std::string>& fields_;
  std::size_t count_ = 0;
  std::size_t at_ = 0;
};

/// Where the first line end outside of quotes is; npos if there is none.
std::size_t first_line_end(std::string_view text, bool quoting) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      quoted = quoting && !quoted;
    } else if (!quoted && (text[at] == '\n' || text[at] == '\r')) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// How well a form suits the records that `text` begins with.
struct suitability {
  bool names_id = false;
  bool divides_alike = false;
  std::size_t columns = 1;

  auto operator<=>(const suitability&) const = default;
};

/// The fields of the record that `text` begins with, and its length; neither where quotes end in the middle of its
/// fields or do not end.
std::pair<std::vector<std::string>, std::size_t> fields_of(std::string_view text, const csv_form& form) {
  std::vector<std::string> fields;
  try {
    const std::size_t length = read_csv_record(text, true, form, fields);
    return {std::move(fields), length};
  } catch (const error&) {
    return {};
  }
}

suitability try_form(std::string_view text, const csv_form& form, std::string_view id_column) {
  const auto [names, length] = fields_of(text, form);
  const bool names_id = !id_column.empty() && std::find(names.begin(), names.end(), id_column) != names.end();
  const bool alike = names.size() > 1 && names.size() == fields_of(text.substr(length), form).first.size();
  return {names_id, alike, names.size()};
}

}  // namespace

std::optional<csv_layout> csv_layout_of(std::string_view text, bool enough, std::optional<char> separator, bool quoting,
                                        std::string_view id_column) {
  const std::size_t end = first_line_end(text, quoting);
  const bool record_follows = end < text.size() && text.find_first_of("\r\n", end + 2) != std::string_view::npos;
  if (!enough && !record_follows) {
    return std::nullopt;
  }
  csv_layout layout{{separator.value_or(','), quoting}};
  if (end < text.size() && text[end] == '\r' && !text.substr(end).starts_with("\r\n")) {
    layout.form.line_end = '\r';
  }
  if (separator) {
    return layout;
  }
  if (text.starts_with("sep=") && end == 5) {
    layout.form.separator = text[4];
    layout.preamble = text.substr(end).starts_with("\r\n") ? 7 : 6;
    return layout;
  }
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  suitability best;
  for (const char candidate : {',', ';', '\t', '|'}) {
    const suitability found = try_form(text, {candidate, quoting, layout.form.line_end}, id_column);
    if (found > best) {
      best = found;
      layout.form.separator = candidate;
    }
  }
  return layout;
}

std::size_t read_csv_record(std::string_view text, bool at_end, const csv_form& form,
                            std::vector<std::string>& fields) {
  return text.empty() ? 0 : record_scan(text, at_end, form, fields).run();
}

}  // namespace ingest::detail
