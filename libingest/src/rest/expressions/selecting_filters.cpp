// Filters that look for something: attributes, defaults, what passes a test.
#include <algorithm>

#include "core/ascii.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/filter_tables.hpp"
#include "rest/expressions/filters.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

value attribute_at(const value& item, const std::optional<value>& path) {
  if (!path || path->is_none()) {
    return item;
  }
  if (!path->is_text()) {
    return subscript_of(item, *path);
  }
  value found = item;
  std::string_view rest = path->text();
  while (true) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    const std::string part(rest.substr(0, end));
    const bool number = !part.empty() && part.size() < 18 && std::all_of(part.begin(), part.end(), is_digit);
    found = subscript_of(found, number ? value::integer_of(std::stoll(part)) : value::text_of(part));
    if (end == rest.size()) {
      return found;
    }
    rest.remove_prefix(end + 1);
  }
}

value comparable(const value& of, bool case_sensitive) {
  return of.is_text() && !case_sensitive ? value::text_of(lower_of(of.text())) : of;
}

namespace {

value default_(const value& of, const arguments& with) {
  const auto given = with.bound_to("default", {"default_value", "boolean"}, 0);
  const bool by_truth = given[1] && given[1]->truth();
  return of.is_undefined() || (by_truth && !of.truth()) ? given[0].value_or(value::text_of("")) : of;
}

value attr(const value& of, const arguments& with) {
  const std::string name = with.bound_to("attr", {"name"}, 1)[0]->to_text();
  return attribute_of(of, name).value_or(value::undefined("there is no attribute '" + name + "'"));
}

/// The other arguments of a filter whose first ones are its own.
arguments behind(const arguments& with, std::size_t own) {
  return {{with.in_order.begin() + static_cast<std::ptrdiff_t>(own), with.in_order.end()}, with.by_name};
}

value by_attribute(const value& of, const arguments& with) {
  std::optional<value> path;
  std::optional<value> otherwise;
  for (const auto& [name, content] : with.by_name) {
    if (name != "attribute" && name != "default") {
      fail(fault::kind::other, "map has no argument '" + name + "'");
    }
    (name == "attribute" ? path : otherwise) = content;
  }
  if (!path) {
    fail(fault::kind::other, "map needs the name of a filter, or an attribute");
  }
  value::elements all;
  for (const value& item : elements_of(of)) {
    value found;
    if (otherwise && !otherwise->is_none() && path->is_text()) {
      found = item;
      const value parts = call_text_method(path->text(), "split", {{value::text_of(".")}, {}});
      for (const value& part : parts.items()) {
        found = attribute_at(found, part);
        found = found.is_undefined() ? *otherwise : found;
      }
    } else {
      found = attribute_at(item, path);
    }
    all.push_back(std::move(found));
  }
  return sequence::of(sequence::kind::generator, std::move(all));
}

value map(const value& of, const arguments& with) {
  if (with.in_order.empty()) {
    return by_attribute(of, with);
  }
  const std::string& name = text_in(with.in_order[0], "map");
  if (!has_filter(name)) {
    fail(fault::kind::other, "map names a filter that there is not");
  }
  const arguments others = behind(with, 1);
  value::elements all;
  for (const value& item : elements_of(of)) {
    all.push_back(apply_filter(name, item, others));
  }
  return sequence::of(sequence::kind::generator, std::move(all));
}

template <bool Keep, bool ByAttribute>
value select(const value& of, const arguments& with) {
  const std::size_t own = ByAttribute ? 1 : 0;
  if (ByAttribute && with.in_order.empty()) {
    fail(fault::kind::other, "selectattr and rejectattr need the name of an attribute");
  }
  const bool tested = with.in_order.size() > own;
  const std::string test = tested ? text_in(with.in_order[own], "select") : "";
  if (tested && !has_test(test)) {
    fail(fault::kind::other, "select names a test that there is not");
  }
  const arguments others = behind(with, own + (tested ? 1 : 0));
  value::elements kept;
  for (const value& item : elements_of(of)) {
    const value looked_at = ByAttribute ? attribute_at(item, with.in_order[0]) : item;
    if ((tested ? apply_test(test, looked_at, others) : looked_at.truth()) == Keep) {
      kept.push_back(item);
    }
  }
  return sequence::of(sequence::kind::generator, std::move(kept));
}

value groupby(const value& of, const arguments& with) {
  const auto given = with.bound_to("groupby", {"attribute", "default", "case_sensitive"}, 1);
  const bool cased = given[2] && given[2]->truth();
  struct keyed {
    value key;
    value shown;
    value item;
  };
  std::vector<keyed> all;
  for (const value& item : elements_of(of)) {
    value key = attribute_at(item, given[0]);
    key = key.is_undefined() && given[1] && !given[1]->is_none() ? *given[1] : key;
    all.push_back({comparable(key, cased), key, item});
  }
  std::stable_sort(all.begin(), all.end(), [](const keyed& a, const keyed& b) { return is_less(a.key, b.key); });
  value::elements groups;
  for (auto begin = all.begin(); begin != all.end();) {
    const auto end = std::find_if(begin, all.end(), [&](const keyed& one) { return !(one.key == begin->key); });
    value::elements members;
    std::for_each(begin, end, [&](const keyed& one) { members.push_back(one.item); });
    groups.push_back(value::tuple_of({begin->shown, value::list_of(std::move(members))}));
    begin = end;
  }
  return value::list_of(std::move(groups));
}

}  // namespace

const filter_table& selecting_filters() {
  static const filter_table all = {
      {"default", default_},
      {"d", default_},
      {"attr", attr},
      {"map", map},
      {"select", select<true, false>},
      {"reject", select<false, false>},
      {"selectattr", select<true, true>},
      {"rejectattr", select<false, true>},
      {"groupby", groupby},
  };
  return all;
}

}  // namespace ingest::rest::expressions
