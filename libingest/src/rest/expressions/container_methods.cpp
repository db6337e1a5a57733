// The methods of dict, list, tuple and numbers, and how all methods are found and called.
#include <algorithm>
#include <cmath>

#include "rest/expressions/fault.hpp"
#include "rest/expressions/macros.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

value call_number_method(const value& of, std::string_view name, const arguments& with) {
  with.bound_to(name, {}, 0);
  if (name == "is_integer") {
    return value::boolean_of(of.kind() != value::kind::real || of.real() == std::floor(of.real()));
  }
  if (name == "bit_length" && of.kind() != value::kind::real) {
    const std::int64_t number = whole_number(of);
    auto rest = number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    std::int64_t bits = 0;
    for (; rest > 0; rest /= 2) {
      ++bits;
    }
    return value::integer_of(bits);
  }
  fail(fault::kind::other, "the method '" + std::string(name) + "' of numbers is not supported");
}

}  // namespace

bool has_method(const value& of, std::string_view name) {
  switch (of.kind()) {
    case value::kind::text:
      return has_text_method(name);
    case value::kind::dict:
      return is_one_of(name, {"get", "items", "keys", "values", "copy", "update", "pop", "popitem", "setdefault",
                              "clear", "fromkeys"});
    case value::kind::list:
      return is_one_of(
          name, {"append", "extend", "insert", "remove", "pop", "clear", "index", "count", "sort", "reverse", "copy"});
    case value::kind::tuple:
      return is_one_of(name, {"index", "count"});
    case value::kind::boolean:
    case value::kind::integer:
      return is_one_of(name, {"bit_length", "conjugate", "to_bytes", "from_bytes", "as_integer_ratio", "bit_count"});
    case value::kind::real:
      return is_one_of(name, {"is_integer", "conjugate", "hex", "fromhex", "as_integer_ratio"});
    case value::kind::object:
      return of.thing().has_method(name);
    default:
      return false;
  }
}

value call_dict_method(const value& of, std::string_view name, const arguments& with) {
  const dictionary& members = of.members();
  if (name == "get") {
    const auto given = with.bound_to("get", {"", ""}, 1);
    require_hashable(*given[0]);
    const value* const found = members.find(*given[0]);
    return found != nullptr ? *found : given[1].value_or(value());
  }
  if (name == "fromkeys") {
    fail(fault::kind::other, "the method 'fromkeys' is not supported");
  }
  with.bound_to(name, {}, 0);
  if (name == "copy") {
    return value::dict_of(members);
  }
  work_limit::spend(members.size());
  value::elements all;
  for (const auto& [key, content] : members) {
    all.push_back(name == "keys" ? key : name == "values" ? content : value::tuple_of({key, content}));
  }
  return sequence::of(name == "keys"     ? sequence::kind::keys
                      : name == "values" ? sequence::kind::values
                                         : sequence::kind::items,
                      std::move(all));
}

value call_list_method(const value& of, std::string_view name, const arguments& with) {
  work_limit::spend(of.items().size());
  if (name == "copy") {
    with.bound_to(name, {}, 0);
    return of;
  }
  if (name == "count") {
    const value wanted = *with.bound_to(name, {""}, 1)[0];
    return value::integer_of(std::count(of.items().begin(), of.items().end(), wanted));
  }
  const value wanted = *with.bound_to(name, {""}, 1)[0];
  const auto found = std::find(of.items().begin(), of.items().end(), wanted);
  if (found == of.items().end()) {
    fail(fault::kind::value, "index() does not find the value");
  }
  return value::integer_of(found - of.items().begin());
}

value call_method(const value& of, const std::string& name, const arguments& with) {
  if (is_changing(of, name)) {  // of something that has no name: what it changes is gone
    return change(of, name, with).result;
  }
  switch (of.kind()) {
    case value::kind::text:
      return call_text_method(of.text(), name, with);
    case value::kind::dict:
      return call_dict_method(of, name, with);
    case value::kind::list:
    case value::kind::tuple:
      return call_list_method(of, name, with);
    case value::kind::object:
      return of.thing().call(name, with);
    default:
      return call_number_method(of, name, with);
  }
}

value call(const value& callee, const arguments& with) {
  require_defined(callee);
  const auto* const known = object_in<function>(callee);
  if (known == nullptr) {
    fail(fault::kind::type, "'" + type_name(callee) + "' cannot be called");
  }
  return known->of() ? call_method(*known->of(), known->name(), with) : call_macro(known->name(), with);
}

}  // namespace ingest::rest::expressions
