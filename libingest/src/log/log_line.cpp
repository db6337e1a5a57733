#include "log/log_line.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <cstdio>
#include <ctime>

#include "core/utf8.hpp"

namespace ingest::detail {

namespace {

using log::level;

std::string_view name_of(level l) {
  switch (l) {
    case level::debug:
      return "debug";
    case level::info:
      return "info";
    case level::warning:
      return "warning";
    case level::error:
      return "error";
  }
  return "error";
}

std::string_view text_name_of(level l) {
  switch (l) {
    case level::debug:
      return "DEBUG";
    case level::info:
      return "INFO ";
    case level::warning:
      return "WARN ";
    case level::error:
      return "ERROR";
  }
  return "ERROR";
}

/// What may appear in a line: secrets are masked first, so that replaced bytes cannot hide one.
std::string clean(std::string_view text) {
  return with_invalid_utf8_replaced(log::redact(text));
}

std::string shortest_text(double number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.6g", number);
  return digits;
}

std::string with_controls_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      escaped += c;
    } else if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\t') {
      escaped += "\\t";
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "\\x%02x", byte);
      escaped += code;
    }
  }
  return escaped;
}

std::string quoted_where_needed(const std::string& text) {
  if (!text.empty() && text.find_first_of(" \"=") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\\\"" : std::string(1, c);
  }
  return quoted + "\"";
}

using json_writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(json_writer& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

struct json_value {
  json_writer& json;
  void operator()(std::int64_t v) const { json.Int64(v); }
  void operator()(std::uint64_t v) const { json.Uint64(v); }
  void operator()(bool v) const { json.Bool(v); }
  void operator()(const std::string& v) const { write(json, clean(v)); }
  void operator()(double v) const {
    if (std::isfinite(v)) {
      json.Double(v);
    } else {
      json.Null();  // JSON knows no infinity
    }
  }
};

struct text_value {
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(std::uint64_t v) const { return std::to_string(v); }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(const std::string& v) const { return quoted_where_needed(with_controls_escaped(clean(v))); }
  std::string operator()(double v) const { return shortest_text(v); }
};

}  // namespace

std::string utc_timestamp(std::chrono::system_clock::time_point t) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const std::time_t whole = seconds.count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>((since_epoch - seconds).count()));
  return std::string(date) + fraction;
}

std::string json_line(std::chrono::system_clock::time_point t, level l, std::string_view event,
                      std::string_view message, std::span<const log::field> f) {
  rapidjson::StringBuffer buffer;
  json_writer json(buffer);
  json.SetMaxDecimalPlaces(3);
  json.StartObject();
  write(json, "timestamp");
  write(json, utc_timestamp(t));
  write(json, "level");
  write(json, name_of(l));
  write(json, "event");
  write(json, clean(event));
  write(json, "message");
  write(json, clean(message));
  for (const log::field& field : f) {
    write(json, with_invalid_utf8_replaced(field.name));
    std::visit(json_value{json}, field.value);
  }
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::string text_line(std::chrono::system_clock::time_point t, level l, std::string_view event,
                      std::string_view message, std::span<const log::field> f) {
  constexpr std::size_t time_of_day = 11;  // behind the date
  constexpr std::size_t time_length = 12;  // 12:34:56.789
  std::string line = utc_timestamp(t).substr(time_of_day, time_length);
  line += ' ';
  line += text_name_of(l);
  line += ' ';
  line += with_controls_escaped(clean(event));
  line += "  ";
  line += with_controls_escaped(clean(message));
  for (const log::field& field : f) {
    line += ' ';
    line += with_controls_escaped(field.name);
    line += '=';
    line += std::visit(text_value{}, field.value);
  }
  return line;
}

}  // namespace ingest::detail
