#include "datasync/page_envelope.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "json/whole_number.hpp"

namespace ingest::detail {

namespace {

constexpr unsigned most_members_named = 6;
constexpr std::size_t longest_name = 32;
constexpr std::string_view expected =
    R"({"data":[…],"hasMore":…,"nextCursor":…}, the last two perhaps in "pagination")";

std::string_view name_of(json_value::kind what) {
  constexpr std::array<std::string_view, 7> names = {"missing", "null",   "true or false", "a number",
                                                     "text",    "object", "array"};
  return names.at(static_cast<std::size_t>(what));
}

std::string printable_name(std::string_view key) {
  std::string name(key.substr(0, longest_name));
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return "\"" + name + "\"";
}

bool is_empty_container(std::string_view raw) {
  return std::all_of(raw.begin() + 1, raw.end() - 1,
                     [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
}

bool reports_error(const json_value& value);

/// An object reports what one of its members does: {"code":0,"message":""} says that there is no error. What is nested
/// deeper would not be empty for nothing.
bool any_member_reports_error(std::string_view object) {
  bool any = false;
  json_scanner in(object, true);
  in.object([&](std::string_view) {
    const json_value member = in.value();
    const bool nested = member.what == json_value::kind::object;
    any = any || (nested ? !is_empty_container(member.raw) : reports_error(member));
  });
  return any;
}

/// Whether the value of "error" or "errors" says that there is one: null, false, 0, "", empty ones and objects of
/// nothing but such members do not.
bool reports_error(const json_value& value) {
  switch (value.what) {
    case json_value::kind::missing:
    case json_value::kind::null:
      return false;
    case json_value::kind::boolean:
      return value.is_true();
    case json_value::kind::number:
      return whole_number(value.raw) != 0;
    case json_value::kind::string:
      return value.raw.size() > 2;
    case json_value::kind::object:
      return any_member_reports_error(value.raw);
    case json_value::kind::array:
      return !is_empty_container(value.raw);
  }
  return true;
}

/// Yes or no, as a word, a number, or text of either; nothing where it is something else.
std::optional<bool> yes_or_no(const json_value& value, std::string& scratch) {
  const auto text = value.what == json_value::kind::boolean ? std::optional(value.raw) : value.text(scratch);
  const std::string said = text ? lower(*text) : "";
  const bool yes = said == "true" || said == "1";
  return yes || said == "false" || said == "0" ? std::optional(yes) : std::nullopt;
}

bool is_failure_status(std::int64_t number) {
  return number >= 400 && number < 600;
}

bool names_status(std::string_view key) {
  return key == "status" || key == "statusCode" || key == "status_code";
}

bool is_failure(std::string_view key, const json_value& value, std::string& scratch) {
  if (key == "error" || key == "errors") {
    return reports_error(value);
  }
  if (key == "success" || key == "ok") {
    return !yes_or_no(value, scratch).value_or(true);
  }
  const auto text = names_status(key) ? value.text(scratch) : std::nullopt;
  if (!text) {
    return false;
  }
  const auto number = whole_number(*text);
  return number ? is_failure_status(*number)
                : lower(*text) == "error" || lower(*text) == "fail" || lower(*text) == "failed";
}

/// What programs call it when they give up before they have found everything.
bool says_partial(std::string_view key, const json_value& value, std::string& scratch) {
  constexpr std::array<std::string_view, 6> names = {
      "partial", "incomplete", "incompleteResults", "incomplete_results", "timedOut", "timed_out"};
  return std::find(names.begin(), names.end(), key) != names.end() && yes_or_no(value, scratch).value_or(false);
}

/// Words that do not tell of success: "INTERNAL".
bool is_failure_word(std::string_view code) {
  const std::string word = lower(code);
  return !word.empty() && word != "ok" && word != "success" && word != "successful" && word != "none";
}

}  // namespace

void page_envelope::note_odd(std::string what) {
  if (odd_.empty()) {
    odd_ = std::move(what);
  }
}

void page_envelope::begin_data() {
  if (has_data_) {
    throw not_a_page(not_a_page::kind::unreadable, "it has two arrays \"data\"");
  }
  has_data_ = true;
}

void page_envelope::read(std::string_view key, bool at_top, json_scanner& in) {
  const bool is_data = at_top && key == "data";
  const std::string name = at_top && member_count_ < most_members_named ? printable_name(key) : "";
  if (key == "hasMore") {
    read_has_more(in.value());
  } else if (key == "nextCursor") {
    read_next_cursor(in.value());
  } else if (key == "cursorExpiresIn" || key == "total") {
    const bool is_total = key == "total";
    const json_value value = in.value();
    const auto text = value.text(scratch_);
    const auto number = text ? whole_number(*text) : std::nullopt;
    if (!is_total && number) {
      cursor_expires_in_s_ = number;
    } else if (number && *number >= 0) {
      total_ = std::max(total_.value_or(0), static_cast<std::uint64_t>(*number));
    }
  } else {
    const std::string which(key);  // reading the value may change it
    const json_value value = in.value();
    reports_error_ = reports_error_ || is_failure(which, value, scratch_);
    is_partial_ = is_partial_ || says_partial(which, value, scratch_);
    note_remark(which, value);
    data_is_null_ = data_is_null_ || (is_data && value.is_null());
    if (!name.empty()) {
      members_ += (member_count_++ == 0 ? "" : ", ") + name + " (" + std::string(name_of(value.what)) + ")";
    }
  }
}

void page_envelope::read_has_more(const json_value& value) {
  if (value.is_null()) {
    return;
  }
  const auto said = yes_or_no(value, scratch_);
  if (!said) {
    note_odd("\"hasMore\" is neither true nor false but " + std::string(name_of(value.what)));
  } else if (has_more_ && has_more_ != said) {
    note_odd("it says both that there is more and that there is not, in two members \"hasMore\"");
  }
  has_more_ = said.value_or(false);
}

// false and 0 are what "none" becomes in some languages; the number only where nothing says that there is more.
void page_envelope::read_next_cursor(const json_value& value) {
  cursor_is_there_ = true;
  if (value.is_null() || (value.what == json_value::kind::boolean && !value.is_true())) {
    return;
  }
  const auto text = value.text(scratch_);
  if (!text) {
    note_odd("\"nextCursor\" is neither text nor a number but " + std::string(name_of(value.what)));
  } else if (value.what == json_value::kind::number && *text == "0") {
    cursor_is_zero_ = true;
  } else if (!text->empty()) {
    if (next_cursor_ && *next_cursor_ != *text) {
      note_odd("it has two different members \"nextCursor\"");
    }
    next_cursor_ = std::string(*text);
  }
}

// What programs answer beside an empty list where they could not make a full one.
void page_envelope::note_remark(std::string_view key, const json_value& value) {
  const bool is_code = key == "code" || key == "errorCode" || key == "error_code";
  const bool is_message =
      key == "message" || key == "detail" || key == "reason" || key == "errorMessage" || key == "error_message";
  if (key == "warning" || key == "warnings") {
    has_remark_ = has_remark_ || reports_error(value);
  }
  const auto text = is_code || is_message ? value.text(scratch_) : std::nullopt;
  if (!text) {
    return;
  }
  const auto number = whole_number(*text);
  if (is_message) {
    has_remark_ = has_remark_ || is_failure_word(*text);
  } else if (number) {
    has_failure_code_ = has_failure_code_ || is_failure_status(*number);
    has_remark_ = has_remark_ || (*number != 0 && *number != 200);
  } else {
    has_failure_code_ = has_failure_code_ || is_failure_word(*text);
  }
}

// Nothing is easily said in place of what could not be found out.
void page_envelope::doubt_emptiness(parsed_page& page) const {
  if (page.rows > 0) {
    return;
  }
  if (has_failure_code_) {
    throw not_a_page(not_a_page::kind::refusal, "it is empty, and a code reports an error");
  }
  page.doubtful_end = !page.has_more && (!has_data_ || has_remark_);
}

// An empty list that was never made is null in some languages; believed where the page says whether there is more.
bool page_envelope::knows_no_data() const {
  return data_is_null_ && (has_more_ || cursor_is_there_);
}

void page_envelope::conclude(parsed_page& page) const {
  if (reports_error_) {
    throw not_a_page(not_a_page::kind::refusal, "it reports an error");
  }
  if (is_partial_) {
    throw not_a_page(not_a_page::kind::refusal, "it says that it is partial");
  }
  if (!has_data_ && !knows_no_data()) {
    throw not_a_page(not_a_page::kind::unreadable,
                     members_.empty()
                         ? "it is an object without an array \"data\"; expected is " + std::string(expected)
                         : "it is an object with " + members_ + "; expected is " + std::string(expected));
  }
  if (!odd_.empty()) {
    throw not_a_page(not_a_page::kind::unreadable, odd_);
  }
  page.next_cursor = next_cursor_;
  if (!page.next_cursor && cursor_is_zero_ && has_more_.value_or(false)) {
    page.next_cursor = "0";
  }
  page.has_more = has_more_.value_or(next_cursor_.has_value());
  page.known_by = has_more_          ? parsed_page::evidence::has_more
                  : cursor_is_there_ ? parsed_page::evidence::next_cursor
                                     : parsed_page::evidence::nothing;
  page.cursor_expires_in_s = cursor_expires_in_s_;
  page.total = total_;
  doubt_emptiness(page);
}

}  // namespace ingest::detail
