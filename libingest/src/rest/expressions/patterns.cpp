#define PCRE2_CODE_UNIT_WIDTH 8

#include "rest/expressions/patterns.hpp"

#include <pcre2.h>

#include <memory>
#include <optional>

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "rest/expressions/arguments.hpp"
#include "rest/expressions/escapes.hpp"
#include "rest/expressions/fault.hpp"

namespace ingest::rest::expressions {

namespace {

constexpr std::uint32_t max_steps = 1'000'000;

/// Python's named groups and its \Z, which PCRE2 takes otherwise.
std::string as_pcre(const std::string& pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    out += pattern[i];
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      ++i;
      out += pattern[i] == 'Z' ? 'z' : pattern[i];
    }
  }
  return out;
}

class pattern {
 public:
  explicit pattern(const std::string& text) {
    if (!detail::is_utf8(text)) {
      fail(fault::kind::other, "a regular expression is no UTF-8");
    }
    const std::string spelled = as_pcre(text);
    int code = 0;
    std::size_t offset = 0;
    constexpr std::uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
    code_.reset(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(spelled.data()), spelled.size(), options, &code, &offset, nullptr));
    if (!code_) {
      PCRE2_UCHAR message[200] = {};
      pcre2_get_error_message(code, message, sizeof message);
      fail(fault::kind::other, std::string("a regular expression is none: ") + reinterpret_cast<const char*>(message));
    }
    data_.reset(pcre2_match_data_create_from_pattern(code_.get(), nullptr));
    context_.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(context_.get(), max_steps);
    pcre2_set_depth_limit(context_.get(), 5000);
  }

  bool match(const std::string& text, std::size_t from, std::uint32_t options = 0) {
    work_limit::spend(1 + (text.size() - from) / 64);
    const int found = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from, options,
                                  data_.get(), context_.get());
    if (found < 0 && found != PCRE2_ERROR_NOMATCH) {
      fail(fault::kind::other, "a regular expression takes too many steps");
    }
    return found > 0;
  }

  std::uint32_t groups() const {
    std::uint32_t count = 0;
    pcre2_pattern_info(code_.get(), PCRE2_INFO_CAPTURECOUNT, &count);
    return count;
  }

  std::optional<std::uint32_t> number_of(const std::string& name) const {
    const int number = pcre2_substring_number_from_name(code_.get(), reinterpret_cast<PCRE2_SPTR>(name.c_str()));
    return number < 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(number));
  }

  std::size_t begin(std::size_t group) const { return pcre2_get_ovector_pointer(data_.get())[group * 2]; }
  std::size_t end(std::size_t group) const { return pcre2_get_ovector_pointer(data_.get())[group * 2 + 1]; }

  std::optional<std::string> group(const std::string& text, std::uint32_t number) const {
    if (begin(number) == PCRE2_UNSET) {
      return std::nullopt;
    }
    return text.substr(begin(number), end(number) - begin(number));
  }

 private:
  struct released {
    void operator()(pcre2_code* of) const { pcre2_code_free(of); }
    void operator()(pcre2_match_data* of) const { pcre2_match_data_free(of); }
    void operator()(pcre2_match_context* of) const { pcre2_match_context_free(of); }
  };

  std::unique_ptr<pcre2_code, released> code_;
  std::unique_ptr<pcre2_match_data, released> data_;
  std::unique_ptr<pcre2_match_context, released> context_;
};

[[noreturn]] void refuse_group() {
  fail(fault::kind::other, "a replacement names a group that the regular expression does not have");
}

/// The replacement of one match, with its groups filled in.
class replacement {
 public:
  replacement(const std::string& by, const pattern& found, const std::string& text)
      : by_(by), found_(found), text_(text) {}

  std::string made() {
    while (at_ < by_.size()) {
      const char c = by_[at_++];
      if (c != '\\') {
        out_ += c;
      } else if (at_ == by_.size()) {
        fail(fault::kind::other, "a replacement ends with a backslash");
      } else {
        escape();
      }
    }
    return std::move(out_);
  }

 private:
  void escape() {
    const char c = by_[at_];
    if (c == 'g' && at_ + 1 < by_.size() && by_[at_ + 1] == '<') {
      const std::size_t end = by_.find('>', at_);
      if (end == std::string::npos) {
        refuse_group();
      }
      named(by_.substr(at_ + 2, end - at_ - 2));
      at_ = end + 1;
    } else if (is_digit(c) && c != '0') {
      const bool two = at_ + 1 < by_.size() && is_digit(by_[at_ + 1]);
      fill(static_cast<std::uint32_t>(std::stoul(by_.substr(at_, two ? 2 : 1))));
      at_ += two ? 2 : 1;
    } else {
      const auto meant = unescaped(by_.substr(at_ - 1, 2));
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letter && (!meant || meant->size() == 2)) {
        fail(fault::kind::other, "a replacement has an escape that is none");
      }
      out_ += meant && (letter || c == '\\') ? *meant : by_.substr(at_ - 1, 2);
      ++at_;
    }
  }

  void named(const std::string& name) {
    const bool number = !name.empty() && name.size() < 5 && name.find_first_not_of("0123456789") == std::string::npos;
    const auto group = number ? std::optional(static_cast<std::uint32_t>(std::stoul(name))) : found_.number_of(name);
    if (!group) {
      refuse_group();
    }
    fill(*group);
  }

  void fill(std::uint32_t group) {
    if (group > found_.groups()) {
      refuse_group();
    }
    out_ += found_.group(text_, group).value_or("");
  }

  const std::string& by_;
  const pattern& found_;
  const std::string& text_;
  std::size_t at_ = 0;
  std::string out_;
};

std::string checked_subject(const std::string& text) {
  return detail::is_utf8(text) ? text : detail::with_invalid_utf8_replaced(text);
}

}  // namespace

std::optional<std::string> first_group(const std::string& text, const std::string& spelled) {
  pattern wanted(spelled);
  const std::string subject = checked_subject(text);
  if (!wanted.match(subject, 0) || wanted.groups() == 0) {
    return "";
  }
  return wanted.group(subject, 1);
}

std::string substituted(const std::string& text, const std::string& spelled, const std::string& by) {
  pattern wanted(spelled);
  const std::string subject = checked_subject(text);
  std::string out;
  std::size_t copied = 0;
  std::size_t from = 0;
  std::uint32_t options = 0;
  while (from <= subject.size()) {
    if (wanted.match(subject, from, options)) {
      out.append(subject, copied, wanted.begin(0) - copied);
      out += replacement(by, wanted, subject).made();
      check_size(out.size(), max_text_bytes);
      copied = from = wanted.end(0);
      options = wanted.begin(0) == wanted.end(0) ? PCRE2_NOTEMPTY_ATSTART : 0;
    } else {
      break;
    }
  }
  return out.append(subject, copied, std::string::npos);
}

}  // namespace ingest::rest::expressions
