#include "rest/expressions/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <variant>

#include "core/ascii.hpp"
#include "ingest/error.hpp"
#include "rest/expressions/object.hpp"

namespace ingest::rest {

/// Of a whole number `whole` unless it is too large, of another one `real`; the spelling where there was one.
struct value::number {
  std::optional<std::int64_t> whole;
  double real = 0;
  std::string spelling;
};

namespace {

struct dict_content {
  dictionary members;
  std::optional<dictionary> attributes;
};

std::size_t depth_of_all(const value::elements& items, std::size_t (*depth_of)(const value&)) {
  std::size_t depth = 0;
  for (const value& item : items) {
    depth = std::max(depth, depth_of(item));
  }
  return depth + 1;
}

bool is_whole(std::string_view spelling) {
  return spelling.find_first_not_of("0123456789", spelling.starts_with('-') ? 1 : 0) == std::string_view::npos;
}

}  // namespace

struct value::content {
  enum kind what;
  std::size_t depth = 0;
  std::variant<std::monostate, bool, number, std::string, elements, dict_content,
               std::shared_ptr<const expressions::object>>
      held;

  static std::size_t depth_of(const value& of) { return of.content_ ? of.content_->depth : 0; }
};

template <class Held>
value value::of(enum kind what, Held&& held, std::size_t depth) {
  if (depth > max_depth) {
    throw error(errc::bad_data, "lists and dicts are nested more than " + std::to_string(max_depth) + " levels deep");
  }
  value made;
  made.content_ = std::make_shared<const content>(content{what, depth, std::forward<Held>(held)});
  return made;
}

value value::undefined(std::string what) {
  return of(kind::undefined, std::move(what));
}

value value::integer_of(std::int64_t whole) {
  return of(kind::integer, number{whole, static_cast<double>(whole), {}});
}

value value::boolean_of(bool truth) {
  static const value yes = of(kind::boolean, true);
  static const value no = of(kind::boolean, false);
  return truth ? yes : no;
}

value value::real_of(double number_) {
  return of(kind::real, number{std::nullopt, number_, {}});
}

value value::number_of(std::string_view spelling) {
  const char* const end = spelling.data() + spelling.size();
  number read{std::nullopt, 0, std::string(spelling)};
  const std::size_t first = spelling.starts_with('-') ? 1 : 0;
  const auto parsed = std::from_chars(spelling.data(), end, read.real);
  const bool begins = first < spelling.size() && (is_digit(spelling[first]) || spelling[first] == '.');
  if (!begins || parsed.ptr != end || parsed.ec == std::errc::invalid_argument) {
    throw error(errc::bad_data, "no number: " + std::string(spelling.substr(0, 40)));
  }
  if (parsed.ec == std::errc::result_out_of_range) {
    read.real = std::strtod(read.spelling.c_str(), nullptr);  // what underflows, and what is infinite
  }
  if (!is_whole(spelling)) {
    return of(kind::real, std::move(read));
  }
  std::int64_t whole = 0;
  if (const auto small = std::from_chars(spelling.data(), end, whole); small.ec == std::errc() && small.ptr == end) {
    read.whole = whole;
  }
  return of(kind::integer, std::move(read));
}

value value::text_of(std::string text) {
  return of(kind::text, std::move(text));
}

value value::list_of(elements items) {
  const std::size_t depth = depth_of_all(items, content::depth_of);
  return of(kind::list, std::move(items), depth);
}

value value::tuple_of(elements items) {
  const std::size_t depth = depth_of_all(items, content::depth_of);
  return of(kind::tuple, std::move(items), depth);
}

value value::dict_of(dictionary members) {
  if (members.empty()) {
    static const value nothing = of(kind::dict, dict_content{{}, std::nullopt}, 1);  // very many slices have one
    return nothing;
  }
  std::size_t depth = 0;
  for (const auto& [name, member] : members) {
    depth = std::max({depth, content::depth_of(name), content::depth_of(member)});
  }
  return of(kind::dict, dict_content{std::move(members), std::nullopt}, depth + 1);
}

value value::dict_of(dictionary members, dictionary attributes) {
  const value plain = dict_of(std::move(members));
  const std::size_t depth = std::max(content::depth_of(plain), content::depth_of(dict_of(attributes)));
  return of(kind::dict, dict_content{plain.members(), std::move(attributes)}, depth);
}

value value::object_of(std::shared_ptr<const expressions::object> thing) {
  const std::size_t depth = thing->depth() + 1;
  return of(kind::object, std::move(thing), depth);
}

std::size_t value::depth() const {
  return content::depth_of(*this);
}

enum value::kind value::kind() const {
  return content_ ? content_->what : kind::none;
}

template <class Held>
const Held& value::held(enum kind what, const char* name) const {
  if (kind() != what) {
    throw error(errc::internal, std::string("a value was taken for ") + name + " and is none");
  }
  return std::get<Held>(content_->held);
}

bool value::truth() const {
  switch (kind()) {
    case kind::undefined:
    case kind::none:
      return false;
    case kind::boolean:
      return boolean();
    case kind::integer:
    case kind::real:
      return real() != 0;
    case kind::text:
      return !text().empty();
    case kind::list:
    case kind::tuple:
      return !items().empty();
    case kind::dict:
      return !members().empty();
    case kind::object:
      return thing().truth();
  }
  return false;
}

bool value::boolean() const {
  return held<bool>(kind::boolean, "a boolean");
}

std::int64_t value::integer() const {
  const auto& held_number = held<number>(kind::integer, "an integer");
  if (!held_number.whole) {
    throw error(errc::bad_data, "a number has more than 64 bits: " + held_number.spelling.substr(0, 60));
  }
  return *held_number.whole;
}

bool value::fits_64_bits() const {
  return held<number>(kind::integer, "an integer").whole.has_value();
}

double value::real() const {
  if (kind() == kind::boolean) {
    return boolean() ? 1 : 0;
  }
  return held<number>(kind() == kind::integer ? kind::integer : kind::real, "a number").real;
}

std::string value::digits() const {
  const auto& held_number = held<number>(kind() == kind::integer ? kind::integer : kind::real, "a number");
  if (!held_number.spelling.empty()) {
    return held_number.spelling;
  }
  return held_number.whole ? std::to_string(*held_number.whole) : python_real(held_number.real);
}

const std::string& value::text() const {
  return held<std::string>(kind::text, "a text");
}

const std::string& value::missing() const {
  return held<std::string>(kind::undefined, "undefined");
}

const value::elements& value::items() const {
  return held<elements>(kind() == kind::tuple ? kind::tuple : kind::list, "a list");
}

const dictionary& value::members() const {
  return held<dict_content>(kind::dict, "a dict").members;
}

const dictionary* value::attributes() const {
  const auto& dict = held<dict_content>(kind::dict, "a dict");
  return dict.attributes ? &*dict.attributes : nullptr;
}

const expressions::object& value::thing() const {
  return *held<std::shared_ptr<const expressions::object>>(kind::object, "an object");
}

const value* value::find(std::string_view name) const {
  return is_dict() ? members().find(name) : nullptr;
}

}  // namespace ingest::rest
