#include "rest/decoders/json_body.hpp"

#include "ingest/error.hpp"
#include "json/json_scanner.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view kind_of(std::string_view body) {
  const auto first = body.find_first_not_of(blanks);
  if (first != std::string_view::npos && body[first] == '<') {
    return "HTML or XML";
  }
  if (body.starts_with("\x1f\x8b")) {
    return "compressed without saying so (for that there is the decoder GzipDecoder)";
  }
  return "no JSON";
}

/// Why a body is no JSON is told by the scanner, whose words are the same for all answers.
value parsed(std::string_view body) {
  try {
    return value::from_json(body);
  } catch (const error&) {
    try {
      detail::json_scanner in(body);
      in.value();
      in.finish();
    } catch (const detail::json_fault& fault) {
      refuse_body(body, fault.offset);
    }
    throw;
  }
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(blanks) == std::string_view::npos;
}

void refuse_body(std::string_view body, std::size_t offset) {
  const bool cut = offset >= body.size() && kind_of(body) == "no JSON";
  throw error(errc::bad_data,
              "the answer is " + std::string(cut ? "JSON that was cut short" : kind_of(body)) + ", at byte " +
                  std::to_string(offset) + " of " + std::to_string(body.size()) +
                  "; if the API answers so on purpose, the stream needs another `decoder` or a response filter",
              true);
}

void for_each_document(std::string_view body, const std::function<void(const value&)>& each) {
  body = without_byte_order_mark(body);
  if (is_blank(body)) {
    return each(value::dict_of({}));
  }
  const value content = parsed(body);
  if (!content.is_list()) {
    return each(content.is_none() ? value::dict_of({}) : content);
  }
  for (const value& document : content.items()) {
    each(document);
  }
  if (content.items().empty()) {
    each(value::dict_of({}));
  }
}

}  // namespace ingest::rest
