// Filters of what can be gone through.
#include <algorithm>

#include "rest/expressions/characters.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/filter_tables.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

bool truth_of(const std::optional<value>& of) {
  return of && of->truth();
}

/// What can be gone through from its end: no generator, no set.
value::elements from_the_end(const value& of) {
  const auto* const kind = object_in<sequence>(of);
  if (kind != nullptr && (kind->what() == sequence::kind::generator || kind->what() == sequence::kind::set)) {
    fail(fault::kind::type, "'" + type_name(of) + "' has no last element");
  }
  if (of.is_undefined()) {
    fail(fault::kind::type, "undefined has no last element");
  }
  value::elements all = elements_of(of);
  std::reverse(all.begin(), all.end());
  return all;
}

value first(const value& of, const arguments& with) {
  with.bound_to("first", {}, 0);
  const value::elements all = elements_of(of);
  return all.empty() ? value::undefined("there is no first element") : all.front();
}

value last(const value& of, const arguments& with) {
  with.bound_to("last", {}, 0);
  const value::elements all = from_the_end(of);
  return all.empty() ? value::undefined("there is no last element") : all.front();
}

value length(const value& of, const arguments& with) {
  with.bound_to("length", {}, 0);
  return value::integer_of(static_cast<std::int64_t>(length_of(of)));
}

value list(const value& of, const arguments& with) {
  with.bound_to("list", {}, 0);
  return value::list_of(elements_of(of));
}

value join(const value& of, const arguments& with) {
  const auto given = with.bound_to("join", {"d", "attribute"}, 0);
  const std::string between = given[0] ? given[0]->to_text() : "";
  std::string all;
  bool begun = false;
  for (const value& item : elements_of(of)) {
    all += begun ? between : "";
    all += attribute_at(item, given[1]).to_text();
    begun = true;
    check_size(all.size(), max_text_bytes);
  }
  return value::text_of(std::move(all));
}

value reverse(const value& of, const arguments& with) {
  with.bound_to("reverse", {}, 0);
  value::elements all;
  if (of.is_text()) {
    std::string text;
    all = from_the_end(of);
    std::for_each(all.begin(), all.end(), [&](const value& c) { text += c.text(); });
    return value::text_of(std::move(text));
  }
  if (object_in<sequence>(of) != nullptr) {
    all = elements_of(of);
    std::reverse(all.begin(), all.end());
    return value::list_of(std::move(all));
  }
  if (!is_iterable(of)) {
    fail(fault::kind::other, "reverse takes what can be gone through");
  }
  return sequence::of(sequence::kind::generator, from_the_end(of));
}

/// The element with what is compared.
struct keyed {
  value key;
  value element;
};

std::vector<keyed> keyed_by(const value& of, const std::optional<value>& attribute, bool case_sensitive) {
  std::vector<keyed> all;
  for (const value& element : elements_of(of)) {
    all.push_back({comparable(attribute_at(element, attribute), case_sensitive), element});
  }
  return all;
}

value::elements in_order(std::vector<keyed> all, bool backwards) {
  std::stable_sort(all.begin(), all.end(), [&](const keyed& a, const keyed& b) {
    return backwards ? is_less(b.key, a.key) : is_less(a.key, b.key);
  });
  value::elements elements;
  for (keyed& one : all) {
    elements.push_back(std::move(one.element));
  }
  return elements;
}

value sort(const value& of, const arguments& with) {
  const auto given = with.bound_to("sort", {"reverse", "case_sensitive", "attribute"}, 0);
  std::vector<keyed> all;
  const bool several = given[2] && given[2]->is_text() && given[2]->text().find(',') != std::string::npos;
  if (!several) {
    all = keyed_by(of, given[2], truth_of(given[1]));
  } else {
    const value names = call_text_method(given[2]->text(), "split", {{value::text_of(",")}, {}});
    for (const value& element : elements_of(of)) {
      value::elements keys;
      for (const value& name : names.items()) {
        keys.push_back(comparable(attribute_at(element, name), truth_of(given[1])));
      }
      all.push_back({value::list_of(std::move(keys)), element});
    }
  }
  return value::list_of(in_order(std::move(all), truth_of(given[0])));
}

value unique(const value& of, const arguments& with) {
  const auto given = with.bound_to("unique", {"case_sensitive", "attribute"}, 0);
  dictionary seen;
  value::elements kept;
  for (keyed& one : keyed_by(of, given[1], truth_of(given[0]))) {
    require_hashable(one.key);
    if (seen.find(one.key) == nullptr) {
      seen.set(one.key, value());
      kept.push_back(std::move(one.element));
    }
  }
  return sequence::of(sequence::kind::generator, std::move(kept));
}

template <bool Greatest>
value extreme(const value& of, const arguments& with) {
  const auto given = with.bound_to(Greatest ? "max" : "min", {"case_sensitive", "attribute"}, 0);
  const std::vector<keyed> all = keyed_by(of, given[1], truth_of(given[0]));
  if (all.empty()) {
    return value::undefined("the greatest, or least, of nothing");
  }
  const keyed* found = &all.front();
  for (const keyed& one : all) {
    if (&one != &all.front() && (Greatest ? is_less(found->key, one.key) : is_less(one.key, found->key))) {
      found = &one;
    }
  }
  return found->element;
}

value sum(const value& of, const arguments& with) {
  const auto given = with.bound_to("sum", {"attribute", "start"}, 0);
  value total = given[1].value_or(value::integer_of(0));
  if (total.is_text()) {
    fail(fault::kind::type, "sum does not join texts");
  }
  for (const value& item : elements_of(of)) {
    total = arithmetic("+", total, attribute_at(item, given[0]));
  }
  return total;
}

value batch(const value& of, const arguments& with) {
  const auto given = with.bound_to("batch", {"linecount", "fill_with"}, 1);
  const std::int64_t size = whole_number(*given[0]);
  value::elements rows;
  value::elements row;
  for (const value& item : elements_of(of)) {
    if (static_cast<std::int64_t>(row.size()) == size) {
      rows.push_back(value::list_of(std::exchange(row, {})));
    }
    row.push_back(item);
  }
  if (!row.empty()) {
    const bool filled = given[1] && !given[1]->is_none();
    check_size(filled ? static_cast<std::size_t>(std::max<std::int64_t>(size, 0)) : 0, max_elements);
    while (filled && static_cast<std::int64_t>(row.size()) < size) {
      row.push_back(*given[1]);
    }
    rows.push_back(value::list_of(std::move(row)));
  }
  return sequence::of(sequence::kind::generator, std::move(rows));
}

value slice(const value& of, const arguments& with) {
  const auto given = with.bound_to("slice", {"slices", "fill_with"}, 1);
  const value::elements all = elements_of(of);
  const std::int64_t count = whole_number(*given[0]);
  if (count == 0) {
    fail(fault::kind::other, "division by zero");
  }
  const auto slices = static_cast<std::size_t>(std::max<std::int64_t>(count, 0));
  check_size(slices, max_elements);
  value::elements rows;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < slices; ++i) {
    const bool extra = i < all.size() % slices;
    const std::size_t end = begin + all.size() / slices + (extra ? 1 : 0);
    value::elements row(all.begin() + static_cast<std::ptrdiff_t>(begin),
                        all.begin() + static_cast<std::ptrdiff_t>(end));
    if (!extra && given[1] && !given[1]->is_none()) {
      row.push_back(*given[1]);
    }
    rows.push_back(value::list_of(std::move(row)));
    begin = end;
  }
  return sequence::of(sequence::kind::generator, std::move(rows));
}

value items(const value& of, const arguments& with) {
  with.bound_to("items", {}, 0);
  if (of.is_undefined()) {
    return sequence::of(sequence::kind::generator, {});
  }
  if (!of.is_dict()) {
    fail(fault::kind::type, "items takes a dict, not '" + type_name(of) + "'");
  }
  return sequence::of(sequence::kind::generator, *call_dict_method(of, "items", {}).thing().elements());
}

value dictsort(const value& of, const arguments& with) {
  const auto given = with.bound_to("dictsort", {"case_sensitive", "by", "reverse"}, 0);
  const std::string by = given[1] ? text_in(*given[1], "dictsort") : "key";
  if (by != "key" && by != "value") {
    fail(fault::kind::other, "dictsort is by 'key' or 'value'");
  }
  require_defined(of);
  if (!of.is_dict()) {
    fail(fault::kind::other, "dictsort takes a dict, not '" + type_name(of) + "'");
  }
  std::vector<keyed> all;
  for (const auto& [name, content] : of.members()) {
    all.push_back({comparable(by == "key" ? name : content, truth_of(given[0])), value::tuple_of({name, content})});
  }
  return value::list_of(in_order(std::move(all), truth_of(given[2])));
}

}  // namespace

const filter_table& sequence_filters() {
  static const filter_table all = {
      {"first", first},   {"last", last},   {"length", length},     {"count", length},
      {"list", list},     {"join", join},   {"reverse", reverse},   {"sort", sort},
      {"unique", unique}, {"sum", sum},     {"max", extreme<true>}, {"min", extreme<false>},
      {"batch", batch},   {"slice", slice}, {"items", items},       {"dictsort", dictsort},
  };
  return all;
}

}  // namespace ingest::rest::expressions
