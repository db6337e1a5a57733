#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rest/expressions/arguments.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest::expressions {

/// What Python's operators and built-in functions do to values. All throw a `fault` for what Python would raise.

/// As Python names the type: "str", "NoneType" …
std::string type_name(const value& of);

/// Throws jinja2.UndefinedError, or SecurityError for what the sandbox does not show.
[[noreturn]] void fail_undefined(const value& of);
void require_defined(const value& of);

/// iter(of), len(of)
value::elements elements_of(const value& of);
bool is_iterable(const value& of);
std::size_t length_of(const value& of);

/// hash(of)
void require_hashable(const value& of);

/// + - * / // % **
value arithmetic(std::string_view sign, const value& left, const value& right);
value signed_value(std::string_view sign, const value& of);

/// == != < <= > >= in "not in"
bool compare(std::string_view sign, const value& left, const value& right);

/// left < right; `sign` is for messages.
bool is_less(const value& left, const value& right);

/// of[key] and of[from:to:step], without Jinja's way out.
value item_of(const value& of, const value& key);
value slice_of(const value& of, const value& from, const value& to, const value& step);

/// of.name: an attribute or method; nothing where there is none. The sandbox's undefined for what begins with _.
std::optional<value> attribute_of(const value& of, std::string_view name);

/// Jinja's of.name and of[key]: either way round, and undefined where there is neither.
value field_of(const value& of, const std::string& name);
value subscript_of(const value& of, const value& key);

/// Calls a function or method.
value call(const value& callee, const arguments& with);
value call_method(const value& of, const std::string& name, const arguments& with);
bool has_method(const value& of, std::string_view name);

/// A method that changes its list or dict: what becomes of that, and what is returned.
struct changed {
  value after;
  value result;
};
bool is_changing(const value& of, std::string_view method);
changed change(const value& of, std::string_view method, const arguments& with);

/// The methods of str, list, tuple, dict, int and float.
bool has_text_method(std::string_view name);
value call_text_method(const std::string& of, std::string_view name, const arguments& with);
value call_dict_method(const value& of, std::string_view name, const arguments& with);
value call_list_method(const value& of, std::string_view name, const arguments& with);

/// An index or a count; throws a fault of kind type where it is none, and `absent` where it is not given or None.
std::int64_t whole_number(const value& of);
std::int64_t whole_or(const std::optional<value>& of, std::int64_t absent);
/// A text; throws a fault of kind type where it is none.
const std::string& text_in(const value& of, std::string_view whose);
/// A number as a double, of whatever kind it is.
bool is_numeric(const value& of);

}  // namespace ingest::rest::expressions
