#include "rest/decoders/foreign_body.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "ingest/error.hpp"
#include "log/quotable.hpp"

namespace ingest::rest {

namespace {

constexpr std::array<std::string_view, 8> beginnings = {"<!doctype", "<html", "<head",  "<body",
                                                        "<?xml",     "<!--",  "<error", "<response"};

constexpr std::array<std::string_view, 6> members_of_errors = {"error",     "errors",        "fault",
                                                               "exception", "error_message", "errorMessage"};

/// What stands beside an error, and says nothing else.
constexpr std::array<std::string_view, 18> beside_errors = {
    "code",       "status",    "statusCode", "status_code", "message",  "detail", "details", "type",      "title",
    "error_code", "errorCode", "request_id", "requestId",   "trace_id", "reason", "success", "timestamp", "path"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view without_blanks_before(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

std::optional<std::string> words_of(const value& document) {
  for (const std::string_view name : members_of_errors) {
    const value* const said = document.find(name);
    if (said != nullptr && said->truth() && said->kind() != value::kind::boolean) {
      return said->is_text() ? said->text() : said->to_json();
    }
  }
  return std::nullopt;
}

}  // namespace

void refuse_markup(std::string_view beginning) {
  const std::string_view text = without_blanks_before(beginning).substr(0, 16);
  std::string lowered;
  std::transform(text.begin(), text.end(), std::back_inserter(lowered),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view b) { return lowered.starts_with(b); })) {
    throw error(errc::bad_data,
                "the answer is no rows or lines, but a page: \"" +
                    detail::quotable(without_blanks_before(beginning).substr(0, 200)) + "\"",
                true);
  }
}

void refuse_error(const std::string& words) {
  throw error(errc::bad_data, "the answer is an error in place of rows or lines: " + detail::quotable(words), true);
}

std::optional<std::string> error_alone(const value& document) {
  if (!document.is_dict()) {
    return std::nullopt;
  }
  const auto& members = document.members();
  const bool alone = std::all_of(members.begin(), members.end(), [](const auto& m) {
    return m.first.is_text() &&
           (is_one_of(members_of_errors, m.first.text()) || is_one_of(beside_errors, m.first.text()));
  });
  return alone ? words_of(document) : std::nullopt;
}

std::optional<std::string> error_in(std::string_view body) {
  if (!without_blanks_before(body).starts_with('{')) {
    return std::nullopt;
  }
  try {
    const value said = value::from_json(body);
    const auto words = words_of(said);
    return words                             ? words
           : said.find("message") != nullptr ? std::optional(said.find("message")->to_text())
                                             : std::nullopt;
  } catch (const error&) {
    return std::nullopt;  // rows that begin with a brace
  }
}

}  // namespace ingest::rest
