#include "postgres/copy_format.hpp"

#include <cstdint>

#include "records/record_line.hpp"

namespace ingest::detail {

namespace {

constexpr char jsonb_version = 1;  // precedes the text of each jsonb
constexpr char quote = '\1';

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

/// A column: the length of its bytes, then they, which `append` appends.
template <class Append>
void append_column(Append append, std::string& to) {
  constexpr std::size_t length_bytes = 4;
  const std::size_t begin = to.size() + length_bytes;
  to.append(length_bytes, '\0');
  append();
  put_number(static_cast<std::uint32_t>(to.size() - begin), length_bytes, to.data() + begin - length_bytes);
}

void append_binary(const record_line& line, bool is_jsonb, std::string& to) {
  append_number(2, 2, to);
  if (line.key.empty()) {
    append_number(0xffff'ffff, 4, to);
  } else {
    append_column([&] { append_key_text(line.key, to); }, to);
  }
  append_column(
      [&] {
        if (is_jsonb) {
          to += jsonb_version;
        }
        to += line.record;
      },
      to);
}

/// Quotes a key that means other bytes than it has; all else stands in the line as CSV has it.
void append_csv(const record_line& line, std::string& to) {
  if (line.key.find_first_of("\\\"") == std::string_view::npos) {
    to += line.key;
  } else {
    std::string key;
    append_key_text(line.key, key);
    to += quote;
    for (const char c : key) {
      to.append(c == quote ? 2 : 1, c);
    }
    to += quote;
  }
  to += '\t';
  if (line.record.empty()) {
    to += {quote, quote};  // no NULL, but text that is no JSON
  }
  to += line.record;
  to += '\n';
}

}  // namespace

copy_format format_for(std::string_view id_type, std::string_view data_type) {
  const auto is_text = [](std::string_view type) { return type == "text" || type == "varchar" || type == "bpchar"; };
  if (!is_text(id_type)) {
    return copy_format::csv;
  }
  return data_type == "jsonb"                        ? copy_format::binary_jsonb
         : data_type == "json" || is_text(data_type) ? copy_format::binary
                                                     : copy_format::csv;
}

std::string copy_encoder::options() const {
  return format_ == copy_format::csv ? " WITH (FORMAT csv, DELIMITER E'\\t', QUOTE E'\\x01')" : " WITH (FORMAT binary)";
}

void copy_encoder::begin(std::string& to) const {
  if (format_ != copy_format::csv) {
    constexpr std::string_view header(
        "PGCOPY\n\377\r\n\0"
        "\0\0\0\0"
        "\0\0\0\0",
        19);  // no flags, no extension
    to += header;
  }
}

void copy_encoder::append(std::string_view line, std::string& to) const {
  const record_line parsed = parse_record_line(line);
  if (format_ == copy_format::csv) {
    append_csv(parsed, to);
  } else {
    append_binary(parsed, format_ == copy_format::binary_jsonb, to);
  }
}

void copy_encoder::end(std::string& to) const {
  if (format_ != copy_format::csv) {
    append_number(0xffff, 2, to);
  }
}

}  // namespace ingest::detail
