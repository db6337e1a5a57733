#include "rest/expressions/canonical_json.hpp"

#include <algorithm>

namespace ingest::rest {

namespace {

value ordered_dict(const dictionary& members) {
  std::vector<dictionary::member> sorted;
  sorted.reserve(members.size());
  for (const auto& [name, content] : members) {
    sorted.emplace_back(value::text_of(name.to_text()), in_canonical_order(content));
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first.text() < b.first.text(); });
  dictionary out;
  for (auto& [name, content] : sorted) {
    out.set(std::move(name), std::move(content));
  }
  return value::dict_of(std::move(out));
}

}  // namespace

value in_canonical_order(const value& content) {
  switch (content.kind()) {
    case value::kind::dict:
      return ordered_dict(content.members());
    case value::kind::list:
    case value::kind::tuple: {
      value::elements items;
      items.reserve(content.items().size());
      for (const value& item : content.items()) {
        items.push_back(in_canonical_order(item));
      }
      return value::list_of(std::move(items));
    }
    default:
      return content;
  }
}

std::string canonical_json(const value& content) {
  return in_canonical_order(content).to_json();
}

}  // namespace ingest::rest
