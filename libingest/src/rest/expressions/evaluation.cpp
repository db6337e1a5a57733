// Expressions.
#include "rest/expressions/evaluation.hpp"

#include <algorithm>

#include "rest/expressions/fault.hpp"
#include "rest/expressions/filters.hpp"
#include "rest/expressions/macros.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

value evaluation::of(const expression& what) {
  work_limit::spend(1);
  switch (what.what) {
    case expression::kind::constant:
      return what.constant;
    case expression::kind::name:
      return variable(what.name);
    case expression::kind::list:
      return value::list_of(all_of(what.parts));
    case expression::kind::tuple:
      return value::tuple_of(all_of(what.parts));
    case expression::kind::dict:
      return dict(what);
    case expression::kind::attribute:
      return field_of(of(what.parts[0]), what.name);
    case expression::kind::item:
      return item(what);
    case expression::kind::slice:
      fail(fault::kind::type, "a slice among several subscripts");
    case expression::kind::call:
      return call_of(what);
    case expression::kind::filter: {
      const value to = of(what.parts[0]);
      return apply_filter(what.name, to, arguments_of(what));
    }
    case expression::kind::test: {
      const value to = of(what.parts[0]);
      return value::boolean_of(apply_test(what.name, to, arguments_of(what)));
    }
    default:
      return of_operator(what);
  }
}

value evaluation::of_operator(const expression& what) {
  switch (what.what) {
    case expression::kind::negation:
      return value::boolean_of(!of(what.parts[0]).truth());
    case expression::kind::both: {
      value left = of(what.parts[0]);
      return left.truth() ? of(what.parts[1]) : left;
    }
    case expression::kind::either: {
      value left = of(what.parts[0]);
      return left.truth() ? left : of(what.parts[1]);
    }
    case expression::kind::choice:
      return choice(what);
    case expression::kind::comparison:
      return comparison(what);
    case expression::kind::arithmetic: {
      const value left = of(what.parts[0]);
      return arithmetic(what.name, left, of(what.parts[1]));
    }
    case expression::kind::sign:
      return signed_value(what.name, of(what.parts[0]));
    default:
      return concatenation(what);
  }
}

value evaluation::choice(const expression& what) {
  if (of(what.parts[1]).truth()) {
    return of(what.parts[0]);
  }
  return what.parts.size() == 3 ? of(what.parts[2]) : value::undefined("an 'if' without 'else' is false");
}

value evaluation::comparison(const expression& what) {
  value left = of(what.parts[0]);
  for (std::size_t i = 0; i < what.words.size(); ++i) {
    value right = of(what.parts[i + 1]);
    if (!compare(what.words[i], left, right)) {
      return value::boolean_of(false);
    }
    left = std::move(right);
  }
  return value::boolean_of(true);
}

value evaluation::item(const expression& what) {
  const value from = of(what.parts[0]);
  const expression& key = what.parts[1];
  if (key.what != expression::kind::slice) {
    return subscript_of(from, of(key));
  }
  const value begin = of(key.parts[0]);
  const value end = of(key.parts[1]);
  const value step = of(key.parts[2]);
  return slice_of(from, begin, end, step);
}

value evaluation::dict(const expression& what) {
  dictionary members;
  for (std::size_t i = 0; i < what.parts.size(); i += 2) {
    value name = of(what.parts[i]);
    require_hashable(name);
    members.set(std::move(name), of(what.parts[i + 1]));
  }
  return value::dict_of(std::move(members));
}

value evaluation::concatenation(const expression& what) {
  std::string text;
  for (const expression& part : what.parts) {
    text += of(part).to_text();
    check_size(text.size(), max_text_bytes);
  }
  return value::text_of(std::move(text));
}

value::elements evaluation::all_of(const std::vector<expression>& parts) {
  value::elements all;
  for (const expression& part : parts) {
    all.push_back(of(part));
  }
  return all;
}

arguments evaluation::arguments_of(const expression& what) {
  arguments with;
  const std::size_t names_from = what.parts.size() - what.words.size();
  for (std::size_t i = 1; i < what.parts.size(); ++i) {
    if (i < names_from) {
      with.in_order.push_back(of(what.parts[i]));
    } else {
      with.by_name.emplace_back(what.words[i - names_from], of(what.parts[i]));
    }
  }
  return with;
}

value evaluation::call_of(const expression& what) {
  const expression& callee = what.parts[0];
  if (callee.what != expression::kind::attribute) {
    const value function = of(callee);
    return call(function, arguments_of(what));
  }
  const value self = of(callee.parts[0]);
  if (is_changing(self, callee.name)) {
    const changed made = change(self, callee.name, arguments_of(what));
    replace(callee.parts[0], made.after);
    return made.result;
  }
  const value method = field_of(self, callee.name);
  return call(method, arguments_of(what));
}

value evaluation::variable(const std::string& name) const {
  for (auto inner = scopes_.rbegin(); inner != scopes_.rend(); ++inner) {
    const auto own = std::find_if(inner->begin(), inner->end(), [&](const auto& one) { return one.first == name; });
    if (own != inner->end()) {
      return own->second;
    }
  }
  if (const value* const given = given_.find(name)) {
    return *given;
  }
  if (has_macro(name)) {
    return value::object_of(std::make_shared<function>(std::nullopt, name));
  }
  return value::undefined("'" + name + "' is undefined");
}

value* evaluation::found(const std::string& name) {
  for (auto inner = scopes_.rbegin(); inner != scopes_.rend(); ++inner) {
    const auto own = std::find_if(inner->begin(), inner->end(), [&](const auto& one) { return one.first == name; });
    if (own != inner->end()) {
      return &own->second;
    }
  }
  return nullptr;
}

void evaluation::assign(const std::string& name, const value& to) {
  scope& inner = scopes_.back();
  const auto own = std::find_if(inner.begin(), inner.end(), [&](const auto& one) { return one.first == name; });
  if (own != inner.end()) {
    own->second = to;
  } else {
    inner.emplace_back(name, to);
  }
}

void evaluation::replace(const expression& place, const value& by) {
  if (place.what == expression::kind::name) {
    if (value* const own = found(place.name)) {
      *own = by;
    } else {
      scopes_.front().emplace_back(place.name, by);  // what is given stays as it is
    }
    return;
  }
  const bool attribute = place.what == expression::kind::attribute;
  if (!attribute && (place.what != expression::kind::item || place.parts[1].what == expression::kind::slice)) {
    return;  // nothing keeps what was changed
  }
  const value outer = of(place.parts[0]);
  const value key = attribute ? value::text_of(place.name) : of(place.parts[1]);
  if (outer.is_dict() && outer.members().find(key) != nullptr) {
    dictionary members = outer.members();
    members.set(key, by);
    replace(place.parts[0], value::dict_of(std::move(members)));
  } else if (outer.is_list() && key.kind() == value::kind::integer) {
    value::elements items = outer.items();
    const std::int64_t index =
        key.integer() < 0 ? key.integer() + static_cast<std::int64_t>(items.size()) : key.integer();
    items.at(static_cast<std::size_t>(index)) = by;
    replace(place.parts[0], value::list_of(std::move(items)));
  } else if (const auto* const space = object_in<name_space>(outer)) {
    dictionary fields = space->fields();
    fields.set(key, by);
    replace(place.parts[0], value::object_of(std::make_shared<name_space>(std::move(fields))));
  }
}

}  // namespace ingest::rest::expressions
