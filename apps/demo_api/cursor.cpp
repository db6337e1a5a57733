#include "demo_api/cursor.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace demo_api {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) {
      out += alphabet[bits >> (held - 6) & 63];
    }
  }
  if (held > 0) {
    out += alphabet[bits << (6 - held) & 63];
  }
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  while (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    c = c == '-' || c == ' ' ? '+' : c == '_' ? '/' : c;
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 255);
    }
  }
  return out;
}

}  // namespace

std::string encode(const cursor& c) {
  rapidjson::StringBuffer json;
  rapidjson::Writer<rapidjson::StringBuffer> w(json);
  w.StartObject();
  w.Key("id");
  w.String(c.id);
  w.Key("ts");
  w.Int64(c.time);
  w.Key("v");
  w.Int(2);
  w.Key("exp");
  w.Int64(c.expires);
  w.EndObject();
  return to_base64({json.GetString(), json.GetSize()});
}

std::optional<cursor> decode_cursor(std::string_view text) {
  const auto json = from_base64(text);
  if (!json) {
    return std::nullopt;
  }
  rapidjson::Document d;
  d.Parse<rapidjson::kParseIterativeFlag>(json->data(), json->size());
  if (d.HasParseError() || !d.IsObject()) {
    return std::nullopt;
  }
  const auto id = d.FindMember("id");
  const auto time = d.FindMember("ts");
  const auto version = d.FindMember("v");
  const auto expires = d.FindMember("exp");
  const auto end = d.MemberEnd();
  if (id == end || !id->value.IsString() || time == end || !time->value.IsInt64() || version == end ||
      !version->value.IsInt() || version->value.GetInt() != 2 || expires == end || !expires->value.IsInt64()) {
    return std::nullopt;
  }
  return cursor{
      {id->value.GetString(), id->value.GetStringLength()}, time->value.GetInt64(), expires->value.GetInt64()};
}

}  // namespace demo_api
