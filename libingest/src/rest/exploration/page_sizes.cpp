#include "rest/exploration/page_sizes.hpp"

#include <algorithm>

#include "rest/exploration/record_facts.hpp"
#include "rest/paginators/hint_names.hpp"
#include "rest/requests/form_encoding.hpp"
#include "rest/requests/url_parts.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t larger = 100;
constexpr std::size_t most_tries = 3;

void add(std::vector<std::string>& names, const std::string& name) {
  if (asks_for_size(plain_name(name)) && name.find_first_of("{}") == std::string::npos &&
      std::find(names.begin(), names.end(), name) == names.end()) {
    names.push_back(name);
  }
}

void add_members(std::vector<std::string>& names, const value& dict, bool deeper) {
  for (const auto& [name, content] : dict.members()) {
    if (name.is_text() && content.kind() == value::kind::integer) {
      add(names, name.text());
    } else if (deeper && name.is_text() && content.is_dict() && holds_hints(plain_name(name.text()))) {
      add_members(names, content, false);
    }
  }
}

}  // namespace

std::vector<std::string> size_parameters(const first_page& first, const asked_api& api) {
  std::vector<std::string> names;
  if (std::any_of(api.params.begin(), api.params.end(),
                  [](const auto& p) { return asks_for_size(plain_name(p.first)); })) {
    return names;
  }
  for (const page_way& way : first.hints().ways) {
    if (way.what == page_way::kind::url && way.at && way.at->is_text()) {
      for (const auto& [name, content] : decoded_query(split_url(way.at->text()).query.value_or(""))) {
        add(names, name);
      }
    }
  }
  if (first.given.json_or_empty().is_dict()) {
    add_members(names, first.given.json_or_empty(), true);
  }
  for (const char* const usual : {"per_page", "limit", "page_size"}) {
    add(names, usual);
  }
  names.resize(std::min(names.size(), most_tries));
  return names;
}

std::optional<first_page> halved(const page_questions& api, const first_page& first, const std::string& key) {
  const std::size_t half = first.records.size() / 2;
  if (half == 0) {
    return std::nullopt;
  }
  for (const std::string& name : size_parameters(first, api.api().api())) {
    auto page = api.ask({{name, std::to_string(half)}});
    if (page && page->records.size() == half && begin_alike(first.records, page->records, key)) {
      return page;
    }
  }
  return std::nullopt;
}

std::optional<first_page> try_larger_pages(const page_questions& api, const first_page& first, const std::string& key,
                                           page_rule& rule) {
  if (first.records.size() >= larger || first.records.empty()) {
    return std::nullopt;
  }
  for (const std::string& name : size_parameters(first, api.api().api())) {
    auto page = api.ask({{name, std::to_string(larger)}});
    if (page && page->records.size() > first.records.size() && begin_alike(first.records, page->records, key)) {
      rule.size_parameter = name;
      rule.size = larger;
      rule.notes.push_back(name + "=" + std::to_string(larger) + " brought " + std::to_string(page->records.size()) +
                           " records, where " + std::to_string(first.records.size()) + " come without it");
      return page;
    }
  }
  rule.notes.emplace_back("no parameter was found that the size of pages is asked for by");
  return std::nullopt;
}

}  // namespace ingest::rest
