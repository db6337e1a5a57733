// The methods that change a list or dict: here they make another one, which takes its place.
#include <algorithm>

#include "rest/expressions/fault.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

std::size_t place_in(const value::elements& items, std::int64_t index) {
  const auto size = static_cast<std::int64_t>(items.size());
  return static_cast<std::size_t>(std::clamp<std::int64_t>(index < 0 ? index + size : index, 0, size));
}

value popped(value::elements& items, const std::optional<value>& at) {
  const std::int64_t wanted = whole_or(at, -1);
  const auto size = static_cast<std::int64_t>(items.size());
  const std::int64_t index = wanted < 0 ? wanted + size : wanted;
  if (index < 0 || index >= size) {
    fail(fault::kind::lookup, "pop() finds nothing there");
  }
  const auto place = items.begin() + static_cast<std::ptrdiff_t>(index);
  value taken = *place;
  items.erase(place);
  return taken;
}

changed change_list(value::elements items, std::string_view name, const arguments& with) {
  work_limit::spend(items.size() / 16 + 1);
  value result;
  if (name == "append") {
    items.push_back(*with.bound_to(name, {""}, 1)[0]);
  } else if (name == "extend") {
    const value::elements more = elements_of(*with.bound_to(name, {""}, 1)[0]);
    items.insert(items.end(), more.begin(), more.end());
  } else if (name == "insert") {
    const auto given = with.bound_to(name, {"", ""}, 2);
    items.insert(items.begin() + static_cast<std::ptrdiff_t>(place_in(items, whole_number(*given[0]))), *given[1]);
  } else if (name == "remove") {
    const auto found = std::find(items.begin(), items.end(), *with.bound_to(name, {""}, 1)[0]);
    if (found == items.end()) {
      fail(fault::kind::value, "remove() does not find the value");
    }
    items.erase(found);
  } else if (name == "pop") {
    result = popped(items, with.bound_to(name, {""}, 0)[0]);
  } else if (name == "clear") {
    items.clear();
  } else if (name == "reverse") {
    std::reverse(items.begin(), items.end());
  } else {
    const auto given = with.bound_to(name, {"reverse"}, 0);
    const bool backwards = given[0] && given[0]->truth();
    std::stable_sort(items.begin(), items.end(),
                     [&](const value& a, const value& b) { return backwards ? is_less(b, a) : is_less(a, b); });
  }
  check_size(items.size(), max_elements);
  return {value::list_of(std::move(items)), result};
}

void update(dictionary& members, const arguments& with) {
  if (with.in_order.size() > 1) {
    fail(fault::kind::type, "update() takes one argument without a name");
  }
  for (const value& more : with.in_order) {
    if (more.is_dict()) {
      for (const auto& [name, content] : more.members()) {
        members.set(name, content);
      }
      continue;
    }
    for (const value& pair : elements_of(more)) {
      const value::elements both = elements_of(pair);
      if (both.size() != 2) {
        fail(fault::kind::value, "update() takes pairs");
      }
      require_hashable(both[0]);
      members.set(both[0], both[1]);
    }
  }
  for (const auto& [name, content] : with.by_name) {
    members.set(name, content);
  }
}

value taken(dictionary& members, const arguments& with) {
  const auto given = with.bound_to("pop", {"", ""}, 1);
  require_hashable(*given[0]);
  const value* const found = members.find(*given[0]);
  if (found == nullptr) {
    if (!given[1]) {
      fail(fault::kind::lookup, "pop() finds no such key");
    }
    return *given[1];
  }
  value result = *found;
  members.erase(*given[0]);
  return result;
}

value taken_last(dictionary& members) {
  if (members.empty()) {
    fail(fault::kind::lookup, "popitem() of an empty dict");
  }
  const auto [name, content] = *(members.end() - 1);
  members.erase(name);
  return value::tuple_of({name, content});
}

changed change_dict(dictionary members, std::string_view name, const arguments& with) {
  work_limit::spend(members.size() / 16 + 1);
  value result;
  if (name == "update") {
    update(members, with);
  } else if (name == "pop") {
    result = taken(members, with);
  } else if (name == "popitem") {
    result = taken_last(members);
  } else if (name == "clear") {
    members = {};
  } else {
    const auto given = with.bound_to(name, {"", ""}, 1);
    require_hashable(*given[0]);
    const value* const found = members.find(*given[0]);
    result = found != nullptr ? *found : given[1].value_or(value());
    members.set(*given[0], result);
  }
  check_size(members.size(), max_elements);
  return {value::dict_of(std::move(members)), result};
}

}  // namespace

bool is_changing(const value& of, std::string_view method) {
  static constexpr std::string_view of_list[] = {"append", "extend", "insert", "remove",
                                                 "pop",    "clear",  "sort",   "reverse"};
  static constexpr std::string_view of_dict[] = {"update", "pop", "popitem", "setdefault", "clear"};
  return (of.is_list() && std::find(std::begin(of_list), std::end(of_list), method) != std::end(of_list)) ||
         (of.is_dict() && std::find(std::begin(of_dict), std::end(of_dict), method) != std::end(of_dict));
}

changed change(const value& of, std::string_view method, const arguments& with) {
  return of.is_list() ? change_list(of.items(), method, with) : change_dict(of.members(), method, with);
}

}  // namespace ingest::rest::expressions
