// What stands behind `is`.
#include <cmath>
#include <map>

#include "rest/expressions/fault.hpp"
#include "rest/expressions/filters.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/operations.hpp"
#include "rest/expressions/text_searches.hpp"

namespace ingest::rest::expressions {

namespace {

using test = bool (*)(const value& of, const arguments& with);

template <bool (*Is)(const value&)>
bool plain(const value& of, const arguments& with) {
  with.bound_to("the test", {}, 0);
  return Is(of);
}

bool is_defined(const value& of) {
  return !of.is_undefined();
}

bool is_undefined(const value& of) {
  return of.is_undefined();
}

bool is_none(const value& of) {
  return of.is_none();
}

bool is_boolean(const value& of) {
  return of.kind() == value::kind::boolean;
}

template <bool Truth>
bool is_just(const value& of) {
  return of.kind() == value::kind::boolean && of.boolean() == Truth;
}

template <enum value::kind Kind>
bool is_kind(const value& of) {
  return of.kind() == Kind;
}

bool has_items(const value& of) {
  return of.is_text() || of.is_list() || of.kind() == value::kind::tuple || of.is_dict() || of.is_undefined();
}

bool is_callable(const value& of) {
  return of.is_undefined() || object_in<function>(of) != nullptr;
}

bool is_lower_text(const value& of) {
  return is_all_lower(of.to_text());
}

bool is_upper_text(const value& of) {
  return is_all_upper(of.to_text());
}

bool is_never(const value&) {
  return false;
}

bool is_divisible(const value& of, const value& by) {
  return arithmetic("%", of, by) == value::integer_of(0);
}

template <bool Odd>
bool is_odd(const value& of) {
  return arithmetic("%", of, value::integer_of(2)) == value::integer_of(Odd ? 1 : 0);
}

bool divisible_by(const value& of, const arguments& with) {
  return is_divisible(of, *with.bound_to("divisibleby", {"num"}, 1)[0]);
}

bool same_as(const value& of, const arguments& with) {
  return of.same_as(*with.bound_to("sameas", {"other"}, 1)[0]);
}

bool is_in(const value& of, const arguments& with) {
  return compare("in", of, *with.bound_to("in", {"seq"}, 1)[0]);
}

bool is_filter(const value& of) {
  require_hashable(of);
  return of.is_text() && has_filter(of.text());
}

bool is_test(const value& of) {
  require_hashable(of);
  return of.is_text() && has_test(of.text());
}

/// One of those that compare.
std::string_view sign_of(std::string_view name) {
  static const std::map<std::string_view, std::string_view> signs = {
      {"==", "=="}, {"eq", "=="}, {"equalto", "=="},    {"!=", "!="}, {"ne", "!="},
      {">", ">"},   {"gt", ">"},  {"greaterthan", ">"}, {">=", ">="}, {"ge", ">="},
      {"<", "<"},   {"lt", "<"},  {"lessthan", "<"},    {"<=", "<="}, {"le", "<="}};
  const auto found = signs.find(name);
  return found == signs.end() ? std::string_view() : found->second;
}

const std::map<std::string_view, test>& tests() {
  static const std::map<std::string_view, test> all = {
      {"defined", plain<is_defined>},
      {"undefined", plain<is_undefined>},
      {"none", plain<is_none>},
      {"boolean", plain<is_boolean>},
      {"true", plain<is_just<true>>},
      {"false", plain<is_just<false>>},
      {"integer", plain<is_kind<value::kind::integer>>},
      {"float", plain<is_kind<value::kind::real>>},
      {"number", plain<is_numeric>},
      {"string", plain<is_kind<value::kind::text>>},
      {"mapping", plain<is_kind<value::kind::dict>>},
      {"iterable", plain<is_iterable>},
      {"sequence", plain<has_items>},
      {"callable", plain<is_callable>},
      {"lower", plain<is_lower_text>},
      {"upper", plain<is_upper_text>},
      {"escaped", plain<is_never>},
      {"odd", plain<is_odd<true>>},
      {"even", plain<is_odd<false>>},
      {"divisibleby", divisible_by},
      {"sameas", same_as},
      {"in", is_in},
      {"filter", plain<is_filter>},
      {"test", plain<is_test>},
  };
  return all;
}

}  // namespace

bool has_test(std::string_view name) {
  return tests().contains(name) || !sign_of(name).empty();
}

bool apply_test(std::string_view name, const value& to, const arguments& with) {
  work_limit::spend(1);
  if (const std::string_view sign = sign_of(name); !sign.empty()) {
    return compare(sign, to, *with.bound_to(name, {""}, 1)[0]);
  }
  const auto found = tests().find(name);
  if (found == tests().end()) {
    fail(fault::kind::other, "there is no test of that name");
  }
  return found->second(to, with);
}

}  // namespace ingest::rest::expressions
