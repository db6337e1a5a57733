#include "json/json_text.hpp"

#include <rapidjson/error/error.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>

#include "core/utf8.hpp"

namespace ingest::detail {

namespace {

constexpr std::string_view hexadecimal = "0123456789abcdef";

bool is_json(std::string_view text) {
  constexpr unsigned flags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::BaseReaderHandler<> ignored;
  rapidjson::Reader reader;
  // A NUL byte looks like the end to the reader, hence the second question.
  return !reader.Parse<flags>(stream, ignored).IsError() && stream.Tell() == text.size();
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text.front();
    if (length == 0) {
      json += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += {'\\', 'u', '0', '0', hexadecimal[static_cast<unsigned char>(c) >> 4], hexadecimal[c & 0xf]};
    } else {
      json += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return json + "\"";
}

exact_json exactly(std::string_view bytes) {
  if (bytes.find_first_of("\n\r") == std::string_view::npos && is_json(bytes)) {
    return {"json", std::string(bytes)};
  }
  if (is_utf8(bytes)) {
    return {"text", json_string(bytes)};
  }
  std::string digits = "\"";
  for (const char c : bytes) {
    digits += {hexadecimal[static_cast<unsigned char>(c) >> 4], hexadecimal[c & 0xf]};
  }
  return {"hex", digits + "\""};
}

}  // namespace ingest::detail
