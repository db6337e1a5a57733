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

std::vector<std::string_view> documents_of(std::string_view body) {
  body = without_byte_order_mark(body);
  std::vector<std::string_view> found;
  if (!is_blank(body)) {
    try {
      detail::json_scanner in(body);
      if (in.peek() == '[') {
        in.array([&](std::size_t) { found.push_back(in.value().raw); });
      } else {
        const detail::json_value whole = in.value();
        found.push_back(whole.is_null() ? std::string_view() : whole.raw);
      }
      in.finish();
    } catch (const detail::json_fault& fault) {
      refuse_body(body, fault.offset);
    }
  }
  if (found.empty()) {
    found.emplace_back();
  }
  return found;
}

value document_of(std::string_view found) {
  return found.empty() ? value::dict_of({}) : value::from_json(found);
}

}  // namespace ingest::rest
