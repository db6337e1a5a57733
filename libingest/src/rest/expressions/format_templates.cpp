// Texts with places in them: printf's, and those of str.format().
#include <algorithm>

#include "core/ascii.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/formatting.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

class printf_format {
 public:
  printf_format(std::string_view format, const value& with) : rest_(format), with_(with) {}

  std::string written() {
    while (!rest_.empty()) {
      const std::size_t plain = std::min(rest_.find('%'), rest_.size());
      out_ += rest_.substr(0, plain);
      rest_.remove_prefix(plain);
      if (!rest_.empty()) {
        rest_.remove_prefix(1);
        place();
      }
      check_size(out_.size(), max_text_bytes);
    }
    const bool spare = with_.is_dict() || with_.is_list() || with_.kind() == value::kind::object;
    if (used_ < (with_.kind() == value::kind::tuple ? with_.items().size() : spare ? 0 : 1)) {
      fail(fault::kind::type, "not all arguments of '%' have a place in the text");
    }
    return std::move(out_);
  }

 private:
  char take() {
    if (rest_.empty()) {
      fail(fault::kind::value, "a format behind '%' is incomplete");
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  value argument() {
    if (with_.kind() == value::kind::tuple) {
      if (used_ >= with_.items().size()) {
        fail(fault::kind::type, "'%' has too few arguments");
      }
      return with_.items()[used_++];
    }
    if (used_++ > 0) {
      fail(fault::kind::type, "'%' has too few arguments");
    }
    return with_;
  }

  std::optional<value> named() {
    if (!rest_.starts_with('(')) {
      return std::nullopt;
    }
    const std::size_t end = rest_.find(')');
    if (end == std::string_view::npos) {
      fail(fault::kind::value, "a name behind '%' is incomplete");
    }
    const std::string name(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    if (!with_.is_dict()) {
      fail(fault::kind::type, "'%' with names takes a dict");
    }
    return item_of(with_, value::text_of(name));
  }

  void place() {
    if (rest_.starts_with('%')) {
      out_ += take();
      return;
    }
    const std::optional<value> by_name = named();
    std::string flags;
    while (!rest_.empty() && std::string_view("-+ #0").find(rest_.front()) != std::string_view::npos) {
      flags += take();
    }
    std::string width;
    std::string precision;
    while (!rest_.empty() && (is_digit(rest_.front()) || rest_.front() == '.')) {
      (rest_.front() == '.' || !precision.empty() ? precision : width) += rest_.front();
      take();
    }
    while (rest_.starts_with('l') || rest_.starts_with('h') || rest_.starts_with('L')) {
      take();
    }
    out_ += converted(take(), by_name ? *by_name : argument(), flags, width, precision);
  }

  static std::string converted(char type, const value& of, const std::string& flags, const std::string& width,
                               std::string precision) {
    const auto has = [&](char flag) { return flags.find(flag) != std::string::npos; };
    const bool number = std::string_view("diuoxXeEfFgG").find(type) != std::string_view::npos;
    std::string format = has('-') ? "<" : has('0') && number ? "0=" : ">";
    format += number && has('+') ? "+" : number && has(' ') ? " " : "";
    format += number && has('#') ? "#" : "";
    format += width;
    precision = precision == "." ? ".0" : precision;
    if (type == 's' || type == 'r' || type == 'a') {
      return formatted_value(value::text_of(type == 's' ? of.to_text() : of.to_repr()), format + precision);
    }
    if (!number) {
      fail(fault::kind::value, std::string("'%") + type + "' is no format");
    }
    if (!is_numeric(of)) {
      require_defined(of);
      fail(fault::kind::type, std::string("'%") + type + "' takes a number, not '" + type_name(of) + "'");
    }
    if (std::string_view("diu").find(type) != std::string_view::npos) {
      const value whole = of.kind() == value::kind::real ? value::integer_of(static_cast<std::int64_t>(of.real())) : of;
      return formatted_value(value::integer_of(whole_number(whole)), format + "d");
    }
    return formatted_value(
        of, format + (precision.empty() && type != 'x' && type != 'X' && type != 'o' ? ".6" : precision) + type);
  }

  std::string_view rest_;
  const value& with_;
  std::size_t used_ = 0;
  std::string out_;
};

class brace_format {
 public:
  explicit brace_format(const arguments& with) : with_(with) {}

  std::string written(std::string_view format, int depth = 2) {
    if (depth < 0) {
      fail(fault::kind::value, "a format is nested too deeply");
    }
    std::string out;
    for (std::size_t i = 0; i < format.size();) {
      const char c = format[i];
      const bool twice = i + 1 < format.size() && format[i + 1] == c;
      if (c != '{' && c != '}') {
        out += c;
        ++i;
      } else if (twice) {
        out += c;
        i += 2;
      } else if (c == '}') {
        fail(fault::kind::value, "a '}' of a format has no '{'");
      } else {
        const std::size_t end = end_of(format, i);
        out += place(format.substr(i + 1, end - i - 1), depth);
        i = end + 1;
      }
      check_size(out.size(), max_text_bytes);
    }
    return out;
  }

 private:
  static std::size_t end_of(std::string_view format, std::size_t begin) {
    int open = 0;
    for (std::size_t i = begin; i < format.size(); ++i) {
      open += format[i] == '{' ? 1 : format[i] == '}' ? -1 : 0;
      if (open == 0) {
        return i;
      }
    }
    fail(fault::kind::value, "a '{' of a format has no '}'");
  }

  std::string place(std::string_view field, int depth) {
    const std::size_t name_end = std::min(field.find_first_of("!:"), field.size());
    value of = named(field.substr(0, name_end));
    field.remove_prefix(name_end);
    if (field.starts_with('!')) {
      if (field.size() < 2 || (field[1] != 's' && field[1] != 'r' && field[1] != 'a') ||
          (field.size() > 2 && field[2] != ':')) {
        fail(fault::kind::value, "a conversion of a format is none");
      }
      of = value::text_of(field[1] == 's' ? of.to_text() : of.to_repr());
      field.remove_prefix(2);
    }
    field.remove_prefix(field.empty() ? 0 : 1);
    return formatted_value(of, written(field, depth - 1));
  }

  value named(std::string_view path) {
    const std::size_t first_end = std::min(path.find_first_of(".["), path.size());
    value of = first(path.substr(0, first_end));
    path.remove_prefix(first_end);
    while (!path.empty()) {
      const bool attribute = path.front() == '.';
      path.remove_prefix(1);
      const std::size_t end = attribute ? std::min(path.find_first_of(".["), path.size()) : path.find(']');
      if (end == std::string_view::npos || end == 0) {
        fail(fault::kind::value, "a name of a format is incomplete");
      }
      const std::string name(path.substr(0, end));
      const bool index = std::all_of(name.begin(), name.end(), is_digit) && name.size() < 18;
      of = attribute ? field_of(of, name)
                     : subscript_of(of, index ? value::integer_of(std::stoll(name)) : value::text_of(name));
      path.remove_prefix(attribute ? end : end + 1);
    }
    return of;
  }

  value first(std::string_view name) {
    const bool index = std::all_of(name.begin(), name.end(), is_digit);
    if (!index) {
      const auto found = std::find_if(with_.by_name.begin(), with_.by_name.end(),
                                      [&](const auto& argument) { return argument.first == name; });
      if (found == with_.by_name.end()) {
        fail(fault::kind::lookup, "a format names an argument that is not given");
      }
      return found->second;
    }
    (name.empty() ? counted_ : numbered_) = true;
    if (counted_ && numbered_) {
      fail(fault::kind::value, "a format has places with and without numbers");
    }
    const std::size_t place = name.empty() ? next_++ : name.size() < 9 ? std::stoul(std::string(name)) : with_.size();
    if (place >= with_.in_order.size()) {
      fail(fault::kind::lookup, "a format has more places than arguments");
    }
    return with_.in_order[place];
  }

  const arguments& with_;
  std::size_t next_ = 0;
  bool counted_ = false;
  bool numbered_ = false;
};

}  // namespace

std::string printf_formatted(std::string_view format, const value& with) {
  return printf_format(format, with).written();
}

std::string brace_formatted(std::string_view format, const arguments& with) {
  return brace_format(with).written(format);
}

}  // namespace ingest::rest::expressions
