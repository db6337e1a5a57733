#include "records/record_line.hpp"

#include <charconv>

#include "json/byte_scan.hpp"

namespace ingest::detail {

namespace {

constexpr std::string_view empty_key = "\"\"";
constexpr std::string_view hexadecimal = "0123456789abcdef";

void append_escape(char c, std::string& out) {
  out.push_back('\\');
  switch (c) {
    case '\t':
      out.push_back('t');
      break;
    case '\n':
      out.push_back('n');
      break;
    case '\r':
      out.push_back('r');
      break;
    case '"':
    case '\\':
      out.push_back(c);
      break;
    default:
      out += {'u', '0', '0', hexadecimal[static_cast<unsigned char>(c) >> 4], hexadecimal[c & 0xf]};
  }
}

/// Resolves the escape at the beginning of `text`, as append_escape() writes them; returns its length, 0 if there is
/// none.
std::size_t append_meaning(std::string_view text, std::string& out) {
  const char letter = text.size() > 1 ? text[1] : '\0';
  switch (letter) {
    case 't':
      out.push_back('\t');
      return 2;
    case 'n':
      out.push_back('\n');
      return 2;
    case 'r':
      out.push_back('\r');
      return 2;
    case '"':
    case '\\':
      out.push_back(letter);
      return 2;
    case 'u': {
      unsigned char value = 0;
      const char* const digits = text.data() + 4;
      if (text.size() < 6 || text.substr(2, 2) != "00" ||
          std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2) {
        return 0;
      }
      out.push_back(static_cast<char>(value));
      return 6;
    }
    default:
      return 0;
  }
}

}  // namespace

void append_escaped(std::string_view bytes, std::string& out) {
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  for (;;) {
    const char* const stop = find_first<true, '"', '\\'>(p, end);
    out.append(p, stop);
    if (stop == end) {
      return;
    }
    append_escape(*stop, out);
    p = stop + 1;
  }
}

void append_key(std::string_view key, std::string& out) {
  if (key.empty()) {
    out += empty_key;
  } else {
    append_escaped(key, out);
  }
}

record_line parse_record_line(std::string_view line) {
  if (line.ends_with('\n')) {
    line.remove_suffix(1);
  }
  const auto tab = line.find('\t');
  record_line parsed{
      line.substr(0, tab), tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1), {}};
  if (const auto second = parsed.record.find('\t'); second != std::string_view::npos) {
    parsed.reason = parsed.record.substr(second + 1);
    parsed.record = parsed.record.substr(0, second);
  }
  return parsed;
}

void append_key_text(std::string_view key, std::string& out) {
  if (key != empty_key) {
    append_bytes(key, out);
  }
}

void append_bytes(std::string_view escaped, std::string& out) {
  while (!escaped.empty()) {
    const auto backslash = escaped.find('\\');
    out.append(escaped.substr(0, backslash));
    if (backslash == std::string_view::npos) {
      return;
    }
    escaped.remove_prefix(backslash);
    std::size_t taken = append_meaning(escaped, out);
    if (taken == 0) {
      out.push_back('\\');
      taken = 1;
    }
    escaped.remove_prefix(taken);
  }
}

}  // namespace ingest::detail
