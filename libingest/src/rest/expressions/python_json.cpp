#include "rest/expressions/python_json.hpp"

#include <algorithm>
#include <cstdio>

#include "rest/expressions/characters.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

void append_unit(std::uint32_t unit, std::string& out) {
  char escaped[8];
  out.append(escaped, static_cast<std::size_t>(std::snprintf(escaped, sizeof escaped, "\\u%04x", unit)));
}

void append_json_character(const character& c, std::string& out) {
  static constexpr std::string_view short_ones = "\"\\\n\r\t\f\b";
  static constexpr std::string_view names = "\"\\nrtfb";
  const auto known = c.code < 0x80 ? short_ones.find(static_cast<char>(c.code)) : std::string_view::npos;
  if (known != std::string_view::npos) {
    out += {'\\', names[known]};
  } else if (c.code >= 0x20 && c.code < 0x7f) {
    out += c.bytes;
  } else if (c.code > 0xffff) {
    append_unit(0xd800 + ((c.code - 0x10000) >> 10), out);
    append_unit(0xdc00 + ((c.code - 0x10000) & 0x3ff), out);
  } else {
    append_unit(c.code, out);
  }
}

class writer {
 public:
  writer(bool sorted, std::optional<std::size_t> indent) : sorted_(sorted), indent_(indent) {}

  std::string written(const value& all) {
    write(all, 1);
    return std::move(out_);
  }

 private:
  void write(const value& one, std::size_t level) {
    check_size(out_.size(), max_text_bytes);
    switch (one.kind()) {
      case value::kind::text:
        return write_text(one.text());
      case value::kind::list:
      case value::kind::tuple:
        return write_items(one.items(), level);
      case value::kind::dict:
        return write_members(one.members(), level);
      case value::kind::undefined:
      case value::kind::object:
        fail(fault::kind::type, "'" + type_name(one) + "' has no JSON");
      default:
        out_ += scalar(one);
    }
  }

  static std::string scalar(const value& one) {
    if (one.is_none()) {
      return "null";
    }
    if (one.kind() == value::kind::boolean) {
      return one.boolean() ? "true" : "false";
    }
    const std::string text = one.to_text();
    return text == "nan" ? "NaN" : text == "inf" ? "Infinity" : text == "-inf" ? "-Infinity" : text;
  }

  void write_text(std::string_view text) {
    out_ += '"';
    while (!text.empty()) {
      const character c = first_character(text);
      append_json_character(c, out_);
      text.remove_prefix(c.bytes.size());
    }
    out_ += '"';
  }

  void break_line(std::size_t level) {
    if (indent_) {
      out_ += '\n' + std::string(*indent_ * level, ' ');
    }
  }

  void next(bool first, std::size_t level) {
    out_ += first ? "" : indent_ ? "," : ", ";
    break_line(level);
  }

  void write_items(const value::elements& items, std::size_t level) {
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      next(i == 0, level);
      write(items[i], level + 1);
    }
    if (!items.empty()) {
      break_line(level - 1);
    }
    out_ += ']';
  }

  void write_members(const dictionary& members, std::size_t level) {
    std::vector<const dictionary::member*> order;
    for (const auto& member : members) {
      order.push_back(&member);
    }
    if (sorted_) {
      std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return is_less(a->first, b->first); });
    }
    out_ += '{';
    for (std::size_t i = 0; i < order.size(); ++i) {
      next(i == 0, level);
      write_name(order[i]->first);
      out_ += ": ";
      write(order[i]->second, level + 1);
    }
    if (!order.empty()) {
      break_line(level - 1);
    }
    out_ += '}';
  }

  void write_name(const value& name) {
    if (!name.is_text() && !name.is_none() && !is_numeric(name)) {
      fail(fault::kind::type, "a key of JSON cannot be '" + type_name(name) + "'");
    }
    write_text(name.is_text() ? name.text() : scalar(name));
  }

  bool sorted_;
  std::optional<std::size_t> indent_;
  std::string out_;
};

}  // namespace

std::string python_json(const value& of, bool sorted, std::optional<std::size_t> indent) {
  return writer(sorted, indent).written(of);
}

}  // namespace ingest::rest::expressions
