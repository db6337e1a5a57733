#include "rest/decoders/text_encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "rest/decoders/json_body.hpp"

namespace ingest::rest {

namespace {

/// Python does not look at case, nor at what divides the words.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '-' && c != '_' && c != ' ') {
      plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return plain;
}

[[noreturn]] void refuse(std::string_view encoding, std::size_t at) {
  throw error(errc::bad_data,
              "the answer is no text in " + std::string(encoding) + ", at its byte " + std::to_string(at) +
                  "; give the decoder the `encoding` that the API sends",
              true);
}

std::string_view checked(std::string_view bytes, bool ascii, std::size_t before) {
  const auto odd =
      std::find_if(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; });
  if (ascii ? odd != bytes.end() : odd != bytes.end() && !detail::is_utf8(bytes)) {
    refuse(ascii ? "ASCII" : "UTF-8", before + static_cast<std::size_t>(odd - bytes.begin()));
  }
  return before == 0 ? without_byte_order_mark(bytes) : bytes;
}

std::string from_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    detail::append_character(static_cast<unsigned char>(c), text);
  }
  return text;
}

std::string from_utf16(std::string_view bytes, bool big_end_first, std::size_t before) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<std::uint32_t>(big_end_first ? first << 8U | second : second << 8U | first);
  };
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    std::uint32_t code = at + 1 < bytes.size() ? unit(at) : 0xDC00;
    if (code >= 0xD800 && code < 0xDC00 && at + 3 < bytes.size() && (unit(at + 2) & 0xFC00U) == 0xDC00) {
      code = 0x10000 + ((code & 0x3FFU) << 10U) + (unit(at + 2) & 0x3FFU);
      at += 2;
    }
    if ((code & 0xFFFFF800U) == 0xD800) {
      refuse("UTF-16", before + at);
    }
    detail::append_character(code, text);
  }
  return text;
}

constexpr std::string_view little_mark = "\xff\xfe";
constexpr std::string_view big_mark = "\xfe\xff";

/// Without the beginning of a character at the end. What is no UTF-8 is left to those who look at it.
std::size_t whole_in_utf8(std::string_view bytes) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if ((byte & 0xC0U) != 0x80) {
      const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
      return length > back ? bytes.size() - back : bytes.size();
    }
  }
  return bytes.size();
}

std::size_t whole_in_utf16(std::string_view bytes, bool big_end_first) {
  const std::size_t whole = bytes.size() & ~std::size_t{1};
  if (whole < 2) {
    return 0;
  }
  const auto high = static_cast<unsigned char>(bytes[whole - (big_end_first ? 2 : 1)]);
  return (high & 0xFCU) == 0xD8 ? whole - 2 : whole;
}

}  // namespace

text_encoding::text_encoding(std::string_view name, std::string_view where) {
  constexpr std::array<std::pair<std::string_view, kind>, 12> names = {{{"utf8", kind::utf8},
                                                                        {"utf8sig", kind::utf8},
                                                                        {"ascii", kind::ascii},
                                                                        {"usascii", kind::ascii},
                                                                        {"latin1", kind::latin1},
                                                                        {"latin", kind::latin1},
                                                                        {"iso88591", kind::latin1},
                                                                        {"l1", kind::latin1},
                                                                        {"utf16", kind::utf16},
                                                                        {"utf16le", kind::utf16_little},
                                                                        {"utf16be", kind::utf16_big},
                                                                        {"", kind::utf8}}};
  const std::string plain = plain_name(name);
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.first == plain; });
  if (found == names.end()) {
    throw error(errc::config, std::string(where) + ": the `encoding` \"" + std::string(name) +
                                  "\" is not supported; there are utf-8, ascii, iso-8859-1, utf-16");
  }
  kind_ = found->second;
}

std::string_view text_encoding::to_utf8(std::string_view bytes, std::string& kept, std::size_t before) const {
  switch (kind_) {
    case kind::utf8:
    case kind::ascii:
      return checked(bytes, kind_ == kind::ascii, before);
    case kind::latin1:
      kept = from_latin1(bytes);
      break;
    case kind::utf16: {
      // As Python has it: the order of the bytes is that of their mark, or else this machine's.
      const bool marked = bytes.starts_with(little_mark) || bytes.starts_with(big_mark);
      kept = from_utf16(bytes.substr(marked ? 2 : 0), bytes.starts_with(big_mark), before + (marked ? 2 : 0));
      break;
    }
    case kind::utf16_little:
    case kind::utf16_big:
      kept = from_utf16(bytes, kind_ == kind::utf16_big, before);
      break;
  }
  return kept;
}

std::size_t text_encoding::whole_characters(std::string_view bytes) const {
  switch (kind_) {
    case kind::utf8:
      return whole_in_utf8(bytes);
    case kind::ascii:
    case kind::latin1:
      return bytes.size();
    case kind::utf16:
    case kind::utf16_little:
    case kind::utf16_big:
      break;
  }
  return whole_in_utf16(bytes, kind_ == kind::utf16_big || (kind_ == kind::utf16 && bytes.starts_with(big_mark)));
}

text_encoding text_encoding::behind(std::string_view beginning) const {
  text_encoding rest = *this;
  if (kind_ == kind::utf16) {
    rest.kind_ = beginning.starts_with(big_mark) ? kind::utf16_big : kind::utf16_little;
  }
  return rest;
}

}  // namespace ingest::rest
