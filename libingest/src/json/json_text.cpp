#include "json/json_text.hpp"

#include <rapidjson/error/error.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>

namespace ingest::detail {

namespace {

constexpr std::string_view hexadecimal = "0123456789abcdef";

/// The length of the UTF-8 sequence at the beginning of `text`, or 0 if there is none (RFC 3629, section 4).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  const unsigned char second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool outside = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  return overlong || outside ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

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
    const std::size_t length = sequence_length(text);
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
