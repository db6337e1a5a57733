#include <cstdio>

#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "json/json_scanner.hpp"
#include "json/json_text.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t max_json_depth = 512;
constexpr std::size_t max_json_size = 256 << 20;

class json_reader {
 public:
  explicit json_reader(std::string_view json) : in_(json) {}

  value document() {
    value read = next(0);
    in_.finish();
    return read;
  }

 private:
  value next(std::size_t depth) {
    const char first = in_.peek();
    if ((first == '{' || first == '[') && depth == max_json_depth) {
      throw error(errc::bad_data, "JSON is nested more than 512 levels deep, at byte " + std::to_string(in_.offset()));
    }
    return first == '{' ? members(depth) : first == '[' ? elements(depth) : scalar(in_.value());
  }

  value members(std::size_t depth) {
    dictionary read;
    in_.object([&](std::string_view key) {
      std::string name(key);  // the scanner's own text of it does not live beyond the next key
      value content = next(depth + 1);
      read.set(name, std::move(content));
    });
    return value::dict_of(std::move(read));
  }

  value elements(std::size_t depth) {
    value::elements read;
    in_.array([&](std::size_t) { read.push_back(next(depth + 1)); });
    return value::list_of(std::move(read));
  }

  static value scalar(const detail::json_value& found) {
    using kind = detail::json_value::kind;
    std::string scratch;
    switch (found.what) {
      case kind::boolean:
        return value::boolean_of(found.is_true());
      case kind::number:
        return value::number_of(found.raw);
      case kind::string:
        return value::text_of(std::string(*found.text(scratch)));
      default:
        return {};
    }
  }

  detail::json_scanner in_;
};

/// What is no UTF-8 stays what it is, and a lone surrogate becomes an escape again: whoever stores it refuses it, with
/// the record that it is in, where a replacement would pass for what was sent.
std::string json_text(const std::string& text) {
  if (detail::is_utf8(text)) {
    return detail::json_string(text);
  }
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const expressions::character c = expressions::first_character(rest);
    char escape[8] = {};
    if (c.code >= 0xd800 && c.code <= 0xdfff && c.bytes.size() == 3) {
      std::snprintf(escape, sizeof escape, "\\u%04x", c.code & 0xffffU);
      out += escape;
    } else if (c.bytes.size() == 1 && static_cast<unsigned char>(c.bytes[0]) >= 0x80) {
      out += c.bytes;
    } else {
      const std::string quoted = detail::json_string(c.bytes);
      out.append(quoted, 1, quoted.size() - 2);
    }
    rest.remove_prefix(c.bytes.size());
  }
  return "\"" + out + "\"";
}

class json_writer {
 public:
  std::string written(const value& all) {
    write(all);
    return std::move(out_);
  }

 private:
  void write(const value& one) {
    if (out_.size() > max_json_size) {
      throw error(errc::bad_data, "a value has more than 256 MB as JSON");
    }
    switch (one.kind()) {
      case value::kind::undefined:
      case value::kind::none:
        out_ += "null";
        return;
      case value::kind::boolean:
        out_ += one.boolean() ? "true" : "false";
        return;
      case value::kind::integer:
        out_ += one.digits();
        return;
      case value::kind::real:
        return write_real(one);
      case value::kind::text:
        out_ += json_text(one.text());
        return;
      case value::kind::list:
      case value::kind::tuple:
        return write_items(one.items());
      case value::kind::dict:
        return write_members(one.members());
      case value::kind::object:
        out_ += json_text(one.thing().text());
    }
  }

  void write_real(const value& one) {
    const std::string digits = one.digits();
    if (digits.find_first_of("in") != std::string::npos) {
      throw error(errc::bad_data, "JSON has no number " + digits);
    }
    out_ += digits;
  }

  void write_items(const value::elements& items) {
    char before = '[';
    for (const value& item : items) {
      out_ += before;
      write(item);
      before = ',';
    }
    out_ += items.empty() ? "[]" : "]";
  }

  void write_members(const dictionary& members) {
    char before = '{';
    for (const auto& [name, content] : members) {
      out_ += before;
      out_ += json_text(name.kind() == value::kind::text ? name.text() : name_of(name));
      out_ += ':';
      write(content);
      before = ',';
    }
    out_ += members.empty() ? "{}" : "}";
  }

  /// As Python's json has it: a key that is no text is written as JSON would write it.
  static std::string name_of(const value& name) {
    const bool plain = name.is_number() || name.is_none() || name.kind() == value::kind::boolean;
    return plain ? name.to_json() : name.to_text();
  }

  std::string out_;
};

}  // namespace

value value::from_json(std::string_view json) {
  try {
    return json_reader(json).document();
  } catch (const detail::json_fault& fault) {
    throw error(errc::bad_data, "no JSON: what begins at byte " + std::to_string(fault.offset) +
                                    " does not belong there; look at what was sent");
  }
}

std::string value::to_json() const {
  return json_writer().written(*this);
}

}  // namespace ingest::rest
