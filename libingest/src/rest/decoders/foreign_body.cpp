#include "rest/decoders/foreign_body.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "ingest/error.hpp"
#include "log/quotable.hpp"
#include "rest/answers/api_message.hpp"

namespace ingest::rest {

namespace {

constexpr std::array<std::string_view, 8> beginnings = {"<!doctype", "<html", "<head",  "<body",
                                                        "<?xml",     "<!--",  "<error", "<response"};

std::string_view without_blanks_before(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

}  // namespace

void refuse_markup(std::string_view beginning) {
  const std::string lowered = lower(without_blanks_before(beginning).substr(0, 16));
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
  return is_only_error(document) ? error_words(document) : std::nullopt;
}

std::optional<std::string> error_in(std::string_view body) {
  if (!without_blanks_before(body).starts_with('{')) {
    return std::nullopt;
  }
  try {
    const value said = value::from_json(body);
    const value* const message = said.find("message");
    auto words = error_words(said);
    return words || message == nullptr ? words : std::optional(message->to_text());
  } catch (const error&) {
    return std::nullopt;  // rows that begin with a brace
  }
}

}  // namespace ingest::rest
