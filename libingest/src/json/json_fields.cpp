#include "json/json_fields.hpp"

#include "json/json_scanner.hpp"

namespace ingest::detail {

std::optional<std::vector<std::optional<std::string>>> json_fields(std::string_view json,
                                                                   std::initializer_list<const char*> pointers) {
  const std::vector<json_pointer> places(pointers.begin(), pointers.end());
  std::vector<json_value> found(places.size());
  try {
    json_scanner in(json);
    find_values(in, places, found);
    in.finish();
  } catch (const json_fault&) {
    return std::nullopt;
  }
  std::vector<std::optional<std::string>> texts;
  std::string scratch;
  for (const json_value& value : found) {
    const auto text = value.text(scratch);
    texts.push_back(text ? std::optional(std::string(*text)) : std::nullopt);
  }
  return texts;
}

std::string json_quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out.append("\\u00");
      out.push_back(hex[byte >> 4]);
      out.push_back(hex[byte & 0xF]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

}  // namespace ingest::detail
