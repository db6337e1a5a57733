#include "core/csv_record.hpp"

#include <algorithm>

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

}  // namespace

std::size_t read_csv_record(std::string_view text, bool at_end, const csv_form& form,
                            std::vector<std::string>& fields) {
  return text.empty() ? 0 : record_scan(text, at_end, form, fields).run();
}

}  // namespace ingest::detail
