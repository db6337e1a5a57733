#include "rest/expressions/escapes.hpp"

#include <algorithm>
#include <charconv>

#include "core/utf8.hpp"

namespace ingest::rest::expressions {

namespace {

class escape_reader {
 public:
  escape_reader(std::string_view contents, bool bytes) : rest_(contents), bytes_(bytes) {}

  std::optional<std::string> all() {
    while (!rest_.empty()) {
      const std::size_t plain = std::min(rest_.find('\\'), rest_.size());
      out_ += rest_.substr(0, plain);
      rest_.remove_prefix(plain);
      if (!rest_.empty() && !escape()) {
        return std::nullopt;
      }
    }
    return std::move(out_);
  }

 private:
  bool escape() {
    rest_.remove_prefix(1);
    if (rest_.empty()) {
      return false;
    }
    static constexpr std::string_view names = "abfnrtv\\'\"";
    static constexpr std::string_view meant = "\a\b\f\n\r\t\v\\'\"";
    const char c = rest_.front();
    if (const auto known = names.find(c); known != std::string_view::npos) {
      out_ += meant[known];
      rest_.remove_prefix(1);
      return true;
    }
    if (c >= '0' && c <= '7') {
      return octal();
    }
    if (c == '\n') {
      rest_.remove_prefix(1);
      return true;
    }
    if (c == 'x' || (!bytes_ && (c == 'u' || c == 'U'))) {
      return hexadecimal(c == 'x' ? 2 : c == 'u' ? 4 : 8);
    }
    if (c == 'N' && !bytes_) {
      return false;
    }
    out_ += '\\';
    return true;
  }

  bool octal() {
    std::size_t count = 0;
    std::uint32_t code = 0;
    while (count < 3 && count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '7') {
      code = code * 8 + static_cast<std::uint32_t>(rest_[count++] - '0');
    }
    rest_.remove_prefix(count);
    append(code);
    return true;
  }

  bool hexadecimal(std::size_t count) {
    rest_.remove_prefix(1);
    std::uint32_t code = 0;
    const char* const end = rest_.data() + std::min(count, rest_.size());
    const auto read = std::from_chars(rest_.data(), end, code, 16);
    if (rest_.size() < count || read.ptr != end || read.ec != std::errc() || code > 0x10ffff) {
      return false;
    }
    rest_.remove_prefix(count);
    append(code);
    return true;
  }

  void append(std::uint32_t code) {
    if (bytes_) {
      out_ += static_cast<char>(code);
    } else {
      append_code(code, out_);
    }
  }

  std::string_view rest_;
  bool bytes_;
  std::string out_;
};

}  // namespace

std::optional<std::string> unescaped(std::string_view contents, bool bytes) {
  return escape_reader(contents, bytes).all();
}

void append_code(std::uint32_t code, std::string& to) {
  if (code >= 0xd800 && code <= 0xdfff) {
    to += {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3f)),
           static_cast<char>(0x80 | (code & 0x3f))};
  } else {
    detail::append_character(code, to);
  }
}

}  // namespace ingest::rest::expressions
