#include "postgres/copy_format.hpp"

#include <algorithm>
#include <cstdint>

namespace ingest::detail {

namespace {

constexpr std::string_view null = "\\N";
constexpr char jsonb_version = 1;  // precedes the text of each jsonb

char unescaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

/// Reads up to `most` digits of \nnn or \xhh at the beginning of `text`; returns how many.
std::size_t read_digits(std::string_view text, std::size_t most, int base, std::string& to) {
  int value = 0;
  std::size_t n = 0;
  for (; n < std::min(most, text.size()); ++n) {
    const std::string_view digits = "0123456789abcdef";
    const auto digit = digits.find(static_cast<char>(text[n] >= 'A' && text[n] <= 'F' ? text[n] + 32 : text[n]));
    if (digit == std::string_view::npos || static_cast<int>(digit) >= base) {
      break;
    }
    value = value * base + static_cast<int>(digit);
  }
  if (n > 0) {
    to += static_cast<char>(value & 0xff);
  }
  return n;
}

void append_unescaped(std::string_view text, std::string& plain) {
  while (!text.empty()) {
    const auto backslash = std::min(text.find('\\'), text.size());
    plain.append(text.substr(0, backslash));
    text.remove_prefix(backslash);
    if (text.size() < 2) {
      plain.append(text);
      break;
    }
    const char c = text[1];
    std::size_t digits = 0;
    if (is_octal(c)) {
      digits = read_digits(text.substr(1), 3, 8, plain);
      text.remove_prefix(1 + digits);
    } else if (c == 'x' && (digits = read_digits(text.substr(2), 2, 16, plain)) > 0) {
      text.remove_prefix(2 + digits);
    } else {
      plain += unescaped(c);
      text.remove_prefix(2);
    }
  }
}

std::string_view without_newline(std::string_view row) {
  return row.ends_with('\n') ? row.substr(0, row.size() - 1) : row;
}

/// Numbers are big-endian in the binary format.
void put_number(std::uint32_t number, std::size_t bytes, char* to) {
  for (std::size_t i = bytes; i-- > 0; number >>= 8) {
    to[i] = static_cast<char>(number & 0xff);
  }
}

void append_number(std::uint32_t number, std::size_t bytes, std::string& to) {
  to.resize(to.size() + bytes);
  put_number(number, bytes, to.data() + to.size() - bytes);
}

/// A column: the length of its bytes, then they.
void append_column(std::string_view text, bool is_jsonb, std::string& to) {
  constexpr std::size_t length_bytes = 4;
  if (text == null) {
    append_number(0xffff'ffff, length_bytes, to);
    return;
  }
  const std::size_t begin = to.size() + length_bytes;
  to.append(length_bytes, '\0');
  if (is_jsonb) {
    to += jsonb_version;
  }
  append_unescaped(text, to);
  put_number(static_cast<std::uint32_t>(to.size() - begin), length_bytes, to.data() + begin - length_bytes);
}

}  // namespace

copy_format format_for(std::string_view id_type, std::string_view data_type) {
  const auto is_text = [](std::string_view type) { return type == "text" || type == "varchar" || type == "bpchar"; };
  if (!is_text(id_type)) {
    return copy_format::text;
  }
  return data_type == "jsonb"                        ? copy_format::binary_jsonb
         : data_type == "json" || is_text(data_type) ? copy_format::binary
                                                     : copy_format::text;
}

void copy_encoder::begin(std::string& to) const {
  if (format_ != copy_format::text) {
    constexpr std::string_view header(
        "PGCOPY\n\377\r\n\0"
        "\0\0\0\0"
        "\0\0\0\0",
        19);  // no flags, no extension
    to += header;
  }
}

void copy_encoder::append(std::string_view row, std::string& to) const {
  if (format_ == copy_format::text) {
    to += row;
    return;
  }
  row = without_newline(row);
  const auto tab = row.find('\t');
  if (tab == std::string_view::npos || row.find('\t', tab + 1) != std::string_view::npos) {
    append_number(static_cast<std::uint32_t>(1 + std::count(row.begin(), row.end(), '\t')), 2, to);
    return;  // the server reads no further
  }
  append_number(2, 2, to);
  append_column(row.substr(0, tab), false, to);
  append_column(row.substr(tab + 1), format_ == copy_format::binary_jsonb, to);
}

void copy_encoder::end(std::string& to) const {
  if (format_ != copy_format::text) {
    append_number(0xffff, 2, to);
  }
}

copy_columns read_columns(std::string_view row) {
  row = without_newline(row);
  const auto tab = row.find('\t');
  const std::string_view id = row.substr(0, tab);
  copy_columns columns;
  columns.has_id = id != null;
  if (columns.has_id) {
    append_unescaped(id, columns.id);
  }
  append_unescaped(tab == std::string_view::npos ? std::string_view() : row.substr(tab + 1), columns.rest);
  return columns;
}

}  // namespace ingest::detail
