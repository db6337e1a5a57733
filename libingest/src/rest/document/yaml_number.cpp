#include "rest/document/yaml_number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "core/text_reader.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

using detail::text_reader;

constexpr std::size_t most_digits = 4300;
constexpr std::string_view decimal = "0123456789";

std::string without_underscores(std::string_view text) {
  std::string bare(text);
  std::erase(bare, '_');
  return bare;
}

/// At least one of `digits` or "_".
bool read_digits(text_reader& in, std::string_view digits) {
  const std::string allowed = std::string(digits) + "_";
  const bool any = in.accept(allowed);
  while (in.accept(allowed)) {
  }
  return any;
}

bool is_all(std::string_view text, std::string_view digits) {
  text_reader in(text);
  return read_digits(in, digits) && in.done();
}

/// `number` * base + digit, with decimal digits from the least significant one up.
void append_digit(std::string& number, unsigned base, unsigned digit) {
  unsigned carry = digit;
  for (char& d : number) {
    const unsigned product = static_cast<unsigned>(d - '0') * base + carry;
    d = static_cast<char>('0' + product % 10);
    carry = product / 10;
  }
  for (; carry > 0; carry /= 10) {
    number += static_cast<char>('0' + carry % 10);
  }
}

/// Decimal digits of what `digits` are to `base`; "0" for none.
std::string to_decimal(std::string_view digits, unsigned base) {
  std::string reversed;
  for (const char c : digits) {
    unsigned digit = 0;
    std::from_chars(&c, &c + 1, digit, 16);
    append_digit(reversed, base, digit);
  }
  return reversed.empty() ? "0" : std::string(reversed.rbegin(), reversed.rend());
}

/// Parts of 60, each but the first below it: 1:30 is 90.
std::optional<std::string> sexagesimal(std::string_view text) {
  std::string reversed;
  for (bool first = true; !text.empty(); first = false) {
    const std::string part = without_underscores(text.substr(0, text.find(':')));
    text.remove_prefix(
        std::min(text.find(':') == std::string_view::npos ? text.size() : text.find(':') + 1, text.size()));
    if (first) {
      reversed.assign(part.rbegin(), part.rend());
    } else {
      unsigned digit = 0;
      std::from_chars(part.data(), part.data() + part.size(), digit);
      append_digit(reversed, 60, digit);
    }
  }
  return std::string(reversed.rbegin(), reversed.rend());
}

/// `:` and one or two digits below 60, once at least.
bool read_sixtieths(text_reader& in) {
  bool any = false;
  while (in.accept(":")) {
    any = true;
    const bool low = in.at("012345");
    in.expect(decimal);
    if (in.at_digit()) {
      if (!low) {
        return false;
      }
      in.accept(decimal);
    }
  }
  return any && in.ok();
}

bool is_sexagesimal(std::string_view text) {
  text_reader in(text);
  return in.at("123456789") && read_digits(in, decimal) && read_sixtieths(in) && in.done();
}

/// The decimal digits of an unsigned number.
std::optional<std::string> whole_digits(std::string_view text) {
  if (text == "0") {
    return "0";
  }
  const std::string bare = without_underscores(text);
  const auto based = [&bare](std::size_t prefix, unsigned base) -> std::optional<std::string> {
    return bare.size() == prefix ? std::nullopt
                                 : std::optional(to_decimal(std::string_view(bare).substr(prefix), base));
  };
  if (text.starts_with("0b") && is_all(text.substr(2), "01")) {
    return based(2, 2);
  }
  if (text.starts_with("0x") && is_all(text.substr(2), "0123456789abcdefABCDEF")) {
    return based(2, 16);
  }
  if (text.starts_with("0") && is_all(text.substr(1), "01234567")) {
    return based(0, 8);
  }
  if (!text.starts_with("0") && !text.starts_with("_") && is_all(text, decimal)) {
    return bare;
  }
  return is_sexagesimal(text) ? sexagesimal(text) : std::nullopt;
}

/// The forms of a real number but for infinity and NaN, without its sign.
struct real_form {
  bool point_first = false;
  bool sixtieths = false;
};
std::optional<real_form> form_of(std::string_view text) {
  text_reader in(text);
  real_form form;
  form.point_first = in.accept(".");
  if (!in.at_digit()) {
    return std::nullopt;
  }
  read_digits(in, decimal);
  if (!form.point_first) {
    form.sixtieths = in.at(":") && read_sixtieths(in);
    in.expect(".");
    read_digits(in, decimal);
  }
  if (!form.sixtieths && in.accept("eE")) {
    in.expect("+-");
    in.all_digits();
  }
  return in.done() ? std::optional(form) : std::nullopt;
}

double nearest(const std::string& digits) {
  double number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem == std::errc::result_out_of_range) {
    // Python reads what is too large as infinity, what is too small as 0; the exponent's sign tells which.
    return digits.find("e-") != std::string::npos ? 0 : std::numeric_limits<double>::infinity();
  }
  return number;
}

double sexagesimal_real(std::string_view text) {
  double number = 0;
  for (;;) {
    const std::size_t colon = text.find(':');
    number = number * 60 + nearest(std::string(text.substr(0, colon)));
    if (colon == std::string_view::npos) {
      return number;
    }
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

std::optional<value> yaml_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view bare = text.substr(negative || text.starts_with('+') ? 1 : 0);
  if (bare.size() > most_digits) {
    // Checked by its characters first: to take millions of digits apart would take minutes.
    const bool numeric = bare.find_first_not_of("0123456789abcdefABCDEFx_:") == std::string_view::npos;
    if (numeric && bare.front() >= '0' && bare.front() <= '9') {
      throw error(errc::bad_data, "a number has more than 4300 digits: put it in quotes");
    }
    return std::nullopt;
  }
  const auto digits = whole_digits(bare);
  if (!digits) {
    return std::nullopt;
  }
  const std::size_t first = std::min(digits->find_first_not_of('0'), digits->size() - 1);
  const std::string significant = digits->substr(first);
  return value::number_of((negative && significant != "0" ? "-" : "") + significant);
}

std::optional<value> yaml_real(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  const std::string_view bare = text.substr(has_sign ? 1 : 0);
  const double sign = negative ? -1 : 1;
  if (bare == ".inf" || bare == ".Inf" || bare == ".INF") {
    return value::real_of(sign * std::numeric_limits<double>::infinity());
  }
  if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    return value::real_of(std::numeric_limits<double>::quiet_NaN());
  }
  const auto form = form_of(bare);
  if (!form || (form->point_first && has_sign)) {
    return std::nullopt;
  }
  std::string digits = without_underscores(bare);
  std::replace(digits.begin(), digits.end(), 'E', 'e');
  return value::real_of(sign * (form->sixtieths ? sexagesimal_real(digits) : nearest(digits)));
}

}  // namespace ingest::rest
