#include "rest/expressions/operations.hpp"

#include <algorithm>

#include "rest/expressions/characters.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/object.hpp"

namespace ingest::rest::expressions {

std::string type_name(const value& of) {
  switch (of.kind()) {
    case value::kind::undefined:
      return "Undefined";
    case value::kind::none:
      return "NoneType";
    case value::kind::boolean:
      return "bool";
    case value::kind::integer:
      return "int";
    case value::kind::real:
      return "float";
    case value::kind::text:
      return "str";
    case value::kind::list:
      return "list";
    case value::kind::tuple:
      return "tuple";
    case value::kind::dict:
      return "dict";
    case value::kind::object:
      return std::string(of.thing().type());
  }
  return {};
}

void fail_undefined(const value& of) {
  const std::string& what = of.missing();
  if (what.starts_with('!')) {  // see attribute_of()
    fail(fault::kind::other, what.substr(1));
  }
  fail(fault::kind::undefined, what.empty() ? "something is undefined" : what);
}

void require_defined(const value& of) {
  if (of.is_undefined()) {
    fail_undefined(of);
  }
}

bool is_numeric(const value& of) {
  return of.is_number() || of.kind() == value::kind::boolean;
}

namespace {

value::elements characters_of(const std::string& text) {
  value::elements each;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto bytes = first_character(rest).bytes;
    each.push_back(value::text_of(std::string(bytes)));
    rest.remove_prefix(bytes.size());
  }
  return each;
}

}  // namespace

bool is_iterable(const value& of) {
  switch (of.kind()) {
    case value::kind::undefined:
    case value::kind::text:
    case value::kind::list:
    case value::kind::tuple:
    case value::kind::dict:
      return true;
    case value::kind::object:
      return of.thing().elements() != nullptr;
    default:
      return false;
  }
}

value::elements elements_of(const value& of) {
  if (!is_iterable(of)) {
    fail(fault::kind::type, "'" + type_name(of) + "' cannot be gone through");
  }
  value::elements all;
  switch (of.kind()) {
    case value::kind::text:
      all = characters_of(of.text());
      break;
    case value::kind::dict:
      for (const auto& member : of.members()) {
        all.push_back(member.first);
      }
      break;
    case value::kind::object:
      all = *of.thing().elements();
      break;
    case value::kind::list:
    case value::kind::tuple:
      all = of.items();
      break;
    default:
      break;
  }
  work_limit::spend(all.size());
  return all;
}

std::size_t length_of(const value& of) {
  switch (of.kind()) {
    case value::kind::undefined:
      return 0;
    case value::kind::text:
      return count_characters(of.text());
    case value::kind::list:
    case value::kind::tuple:
      return of.items().size();
    case value::kind::dict:
      return of.members().size();
    case value::kind::object:
      if (of.thing().has_length()) {
        return of.thing().elements()->size();
      }
      [[fallthrough]];
    default:
      fail(fault::kind::type, "'" + type_name(of) + "' has no length");
  }
}

void require_hashable(const value& of) {
  work_limit::spend(1);
  if (of.is_list() || of.is_dict() || (object_in<sequence>(of) != nullptr && of.thing().has_length())) {
    fail(fault::kind::type, "'" + type_name(of) + "' cannot be a key");
  }
  if (of.kind() == value::kind::tuple) {
    std::for_each(of.items().begin(), of.items().end(), require_hashable);
  }
}

std::int64_t whole_number(const value& of) {
  if (of.kind() == value::kind::boolean) {
    return of.boolean() ? 1 : 0;
  }
  if (of.kind() != value::kind::integer) {
    fail(fault::kind::type, "'" + type_name(of) + "' is no whole number");
  }
  return of.integer();
}

std::int64_t whole_or(const std::optional<value>& of, std::int64_t absent) {
  return !of || of->is_none() ? absent : whole_number(*of);
}

const std::string& text_in(const value& of, std::string_view whose) {
  if (!of.is_text()) {
    if (of.is_undefined() && of.missing().starts_with('!')) {
      fail_undefined(of);
    }
    fail(fault::kind::type, std::string(whose) + " takes a text, not '" + type_name(of) + "'");
  }
  return of.text();
}

std::optional<value> attribute_of(const value& of, std::string_view name) {
  std::optional<value> found;
  if (of.is_undefined() && !name.starts_with("__")) {
    fail_undefined(of);
  }
  if (of.is_dict() && of.attributes() != nullptr) {
    if (const value* const attribute = of.attributes()->find(name)) {
      return *attribute;
    }
  }
  if (of.kind() == value::kind::object) {
    found = of.thing().attribute(name);
  }
  static constexpr std::string_view internals[] = {
      "__class__", "__doc__",     "__init__",       "__str__",    "__repr__",     "__dict__",        "__eq__",
      "__hash__",  "__getitem__", "__len__",        "__iter__",   "__contains__", "__setattr__",     "__reduce__",
      "__new__",   "__dir__",     "__subclasses__", "__format__", "__sizeof__",   "__getattribute__"};
  if (!found && std::find(std::begin(internals), std::end(internals), name) != std::end(internals)) {
    return value::undefined("!access to attribute '" + std::string(name) + "' is unsafe");
  }
  if (!found && has_method(of, name)) {
    found = value::object_of(std::make_shared<function>(of, std::string(name)));
  }
  return found;
}

value field_of(const value& of, const std::string& name) {
  if (auto attribute = attribute_of(of, name)) {
    return *std::move(attribute);
  }
  if (const value* const member = of.find(name)) {
    return *member;
  }
  require_defined(of);
  return value::undefined("'" + type_name(of) + "' has no '" + name + "'");
}

value subscript_of(const value& of, const value& key) {
  require_defined(of);
  try {
    return item_of(of, key);
  } catch (const fault& f) {
    if (f.what != fault::kind::type && f.what != fault::kind::lookup) {
      throw;
    }
  }
  if (key.is_text()) {
    if (auto attribute = attribute_of(of, key.text())) {
      return *std::move(attribute);
    }
    return value::undefined("'" + type_name(of) + "' has no '" + key.text() + "'");
  }
  return value::undefined("'" + type_name(of) + "' has no such element");
}

}  // namespace ingest::rest::expressions
