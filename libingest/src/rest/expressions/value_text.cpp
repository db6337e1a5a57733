#include <charconv>
#include <cmath>
#include <cstdio>

#include "ingest/error.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

using namespace expressions;

namespace {

constexpr std::size_t max_text_size = 16 << 20;

void append_hex(const char* format, std::uint32_t code, std::string& out) {
  char digits[16];
  out.append(digits, static_cast<std::size_t>(std::snprintf(digits, sizeof digits, format, code)));
}

void append_escaped(const character& c, char quote, std::string& out) {
  if (c.code == '\\' || c.code == static_cast<std::uint32_t>(quote)) {
    out += {'\\', static_cast<char>(c.code)};
  } else if (c.code == '\n') {
    out += "\\n";
  } else if (c.code == '\r') {
    out += "\\r";
  } else if (c.code == '\t') {
    out += "\\t";
  } else if (is_printable(c.code)) {
    out += c.bytes;
  } else if (c.code <= 0xff) {
    append_hex("\\x%02x", c.code, out);
  } else {
    append_hex(c.code <= 0xffff ? "\\u%04x" : "\\U%08x", c.code, out);
  }
}

void append_quoted(std::string_view text, std::string& out) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  out += quote;
  while (!text.empty()) {
    const character c = first_character(text);
    append_escaped(c, quote, out);
    text.remove_prefix(c.bytes.size());
  }
  out += quote;
}

class repr_writer {
 public:
  std::string written(const value& all) {
    write(all);
    return std::move(out_);
  }

 private:
  void write(const value& one) {
    if (out_.size() > max_text_size) {
      throw error(errc::bad_data, "a value has more than 16 MB as a text");
    }
    switch (one.kind()) {
      case value::kind::undefined:
        out_ += "Undefined";
        return;
      case value::kind::none:
        out_ += "None";
        return;
      case value::kind::boolean:
        out_ += one.boolean() ? "True" : "False";
        return;
      case value::kind::integer:
        out_ += one.fits_64_bits() ? std::to_string(one.integer()) : one.digits();
        return;
      case value::kind::real:
        out_ += python_real(one.real());
        return;
      case value::kind::text:
        return append_quoted(one.text(), out_);
      case value::kind::list:
        return write_items(one.items(), "[", "]");
      case value::kind::tuple:
        return write_items(one.items(), "(", one.items().size() == 1 ? ",)" : ")");
      case value::kind::dict:
        return write_members(one.members());
      case value::kind::object:
        out_ += one.thing().repr();
    }
  }

  void write_items(const value::elements& items, const char* open, const char* close) {
    out_ += open;
    const char* before = "";
    for (const value& item : items) {
      out_ += before;
      write(item);
      before = ", ";
    }
    out_ += close;
  }

  void write_members(const dictionary& members) {
    out_ += '{';
    const char* before = "";
    for (const auto& [name, content] : members) {
      out_ += before;
      write(name);
      out_ += ": ";
      write(content);
      before = ", ";
    }
    out_ += '}';
  }

  std::string out_;
};

}  // namespace

std::string python_real(double number) {
  if (!std::isfinite(number)) {
    return std::isnan(number) ? "nan" : number < 0 ? "-inf" : "inf";
  }
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
  const std::string_view shortest(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = shortest.find('e');
  const int exponent = std::atoi(std::string(shortest.substr(e + 1)).c_str());
  std::string sign = shortest.starts_with('-') ? "-" : "";
  std::string digits(shortest.substr(sign.size(), e - sign.size()));
  if (digits.size() > 1) {
    digits.erase(1, 1);
  }
  const auto size = static_cast<int>(digits.size());
  if (exponent >= 16 || exponent < -4) {
    return sign + std::string(shortest.substr(sign.size(), e - sign.size())) + std::string(shortest.substr(e));
  }
  if (exponent < 0) {
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  }
  if (exponent + 1 >= size) {
    digits.resize(static_cast<std::size_t>(exponent) + 1, '0');
    return sign + digits + ".0";
  }
  return sign + digits.insert(static_cast<std::size_t>(exponent) + 1, ".");
}

std::string value::to_repr() const {
  return repr_writer().written(*this);
}

std::string value::to_text() const {
  switch (kind()) {
    case kind::undefined:
      return {};
    case kind::text:
      return text();
    case kind::object:
      return thing().text();
    default:
      return to_repr();
  }
}

}  // namespace ingest::rest
