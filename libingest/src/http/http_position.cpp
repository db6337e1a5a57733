#include "http/http_position.hpp"

#include "ingest/error.hpp"
#include "ingest/time_window.hpp"
#include "json/json_fields.hpp"

namespace ingest::detail {

namespace {

std::optional<unsigned> sextet(char c) {
  if (c >= 'A' && c <= 'Z') {
    return c - 'A';
  }
  if (c >= 'a' && c <= 'z') {
    return c - 'a' + 26;
  }
  if (c >= '0' && c <= '9') {
    return c - '0' + 52;
  }
  if (c == '+' || c == '-') {
    return 62;
  }
  return c == '/' || c == '_' ? std::optional(63U) : std::nullopt;
}

std::optional<std::string> base64_decoded(std::string_view text) {
  while (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  std::string out;
  unsigned pending = 0;
  int bits = 0;
  for (const char c : text) {
    const auto six = sextet(c);
    if (!six) {
      return std::nullopt;
    }
    pending = (pending << 6 | *six) & 0xFFFF;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<char>(pending >> bits & 0xFF));
    }
  }
  return out;
}

std::optional<std::int64_t> number(const std::optional<std::string>& text) {
  return text ? parse_instant(*text) : std::nullopt;
}

}  // namespace

std::string to_text(const http_position& p) {
  std::string out = "{";
  const auto add = [&out](const char* key, const std::string& value) {
    out.append(out.size() > 1 ? ",\"" : "\"").append(key).append("\":").append(value);
  };
  if (p.cursor) {
    add("cursor", json_quoted(*p.cursor));
  }
  if (p.ts_ms) {
    add("ts", std::to_string(*p.ts_ms));
  }
  if (p.expiry_ms) {
    add("exp", std::to_string(*p.expiry_ms));
  }
  return out + "}";
}

http_position parse_http_position(std::string_view text) {
  const auto fields = text.starts_with('{') ? json_fields(text, {"/cursor", "/ts", "/exp"}) : std::nullopt;
  if (!fields) {
    throw error(errc::bad_data, "the position to resume from was not written by this source, or is damaged");
  }
  return {(*fields)[0], number((*fields)[1]), number((*fields)[2])};
}

std::optional<std::int64_t> expiry_in(std::string_view cursor) {
  const auto json = base64_decoded(cursor);
  const auto fields = json ? json_fields(*json, {"/exp"}) : std::nullopt;
  return fields ? number(fields->front()) : std::nullopt;
}

}  // namespace ingest::detail
