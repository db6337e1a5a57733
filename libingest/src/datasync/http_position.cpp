#include "datasync/http_position.hpp"

#include "core/instant.hpp"
#include "ingest/error.hpp"
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

/// A JSON object in the making.
class members {
 public:
  void add(const char* key, const std::optional<std::string>& value) {
    if (value) {
      put(key, json_quoted(*value));
    }
  }
  void add(const char* key, const std::optional<std::int64_t>& value) {
    if (value) {
      put(key, std::to_string(*value));
    }
  }
  std::string text() const { return text_ + "}"; }

 private:
  void put(const char* key, const std::string& value) {
    text_.append(text_.size() > 1 ? ",\"" : "\"").append(key).append("\":").append(value);
  }

  std::string text_ = "{";
};

}  // namespace

std::string to_text(const http_position& p) {
  members all;
  all.add("cursor", p.cursor);
  all.add("exp", p.expiry_ms);
  all.add("until", p.until_ms);
  all.add("events", std::optional(static_cast<std::int64_t>(p.events)));
  all.add("total", p.total);
  all.add("stream", p.stream ? std::optional<std::int64_t>(*p.stream ? 1 : 0) : std::nullopt);
  std::string text = all.text();
  if (p.order) {
    members of_order;
    of_order.add("pages", std::optional(static_cast<std::int64_t>(p.order->pages)));
    of_order.add("id", std::optional(p.order->last_id));
    of_order.add("ts", std::optional(p.order->last_ms));
    of_order.add("seek", p.order->seek_ms);
    of_order.add("joining", p.order->joining ? std::optional<std::int64_t>(1) : std::nullopt);
    text.insert(text.size() - 1, ",\"order\":" + of_order.text());
  }
  return text;
}

http_position parse_http_position(std::string_view text) {
  const auto fields = text.starts_with('{')
                          ? json_fields(text, {"/cursor", "/exp", "/until", "/events", "/order/pages", "/order/id",
                                               "/order/ts", "/order/seek", "/order/joining", "/total", "/stream"})
                          : std::nullopt;
  if (!fields) {
    throw error(errc::bad_data, "the position to resume from was not written by this source, or is damaged");
  }
  const auto& f = *fields;
  http_position p{f[0], number(f[1]), number(f[2]), static_cast<std::uint64_t>(number(f[3]).value_or(0)), std::nullopt};
  if (f[4] && f[5] && f[6]) {
    p.order = event_order{static_cast<std::uint64_t>(number(f[4]).value_or(0)), *f[5], number(f[6]).value_or(0),
                          number(f[7]), f[8].has_value()};
  }
  p.total = number(f[9]);
  p.stream = f[10] ? std::optional(*f[10] == "1") : std::nullopt;
  return p;
}

std::optional<std::int64_t> expiry_in(std::string_view cursor) {
  const auto json = base64_decoded(cursor);
  const auto fields = json ? json_fields(*json, {"/exp"}) : std::nullopt;
  return fields ? number(fields->front()) : std::nullopt;
}

}  // namespace ingest::detail
