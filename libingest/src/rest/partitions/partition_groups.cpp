#include "rest/partitions/partition_groups.hpp"

#include <utility>

#include "ingest/error.hpp"
#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view parent_slice = "parent_slice";

value list_of_members(const std::vector<partition>& group, const value& name, value partition::*of) {
  value::elements items;
  items.reserve(group.size());
  for (const partition& one : group) {
    const value* const content = (one.*of).members().find(name);
    items.push_back(content != nullptr ? *content : value());
  }
  return value::list_of(std::move(items));
}

partition grouped(const std::vector<partition>& group) {
  dictionary values;
  for (const auto& [name, content] : group.front().values.members()) {
    values.set(name, list_of_members(group, name, &partition::values));
  }
  dictionary extra_fields;
  for (const partition& one : group) {
    for (const auto& [name, content] : one.extra_fields.members()) {
      if (extra_fields.find(name) == nullptr) {
        extra_fields.set(name, list_of_members(group, name, &partition::extra_fields));
      }
    }
  }
  return {value::dict_of(std::move(values)), value::dict_of(std::move(extra_fields))};
}

}  // namespace

partition_groups::partition_groups(partition_groups_options options) : options_(std::move(options)) {
  if (options_.group_size == 0) {
    throw error(errc::config, options_.where + ": `group_size` must be at least 1");
  }
}

void partition_groups::begin() {
  options_.router->begin();
  known_.clear();
  group_.clear();
}

std::optional<partition> partition_groups::next(const std::stop_token& stop) {
  while (group_.size() < options_.group_size) {
    auto one = options_.router->next(stop);
    if (!one) {
      break;
    }
    if (const value& content = only_value(*one); !options_.deduplicate || known_.add(canonical_json(content))) {
      group_.push_back(std::move(*one));
    }
  }
  const auto group = std::exchange(group_, {});
  return group.empty() ? std::nullopt : std::optional(grouped(group));
}

const value& partition_groups::only_value(const partition& one) const {
  const value* only = nullptr;
  for (const auto& [name, content] : one.values.members()) {
    if (name.to_text() == parent_slice) {
      continue;
    }
    if (only != nullptr) {
      only = nullptr;
      break;
    }
    only = &content;
  }
  if (only == nullptr) {
    throw error(errc::config, options_.where +
                                  ": a GroupingPartitionRouter groups partitions of one value, but here is " +
                                  one.values.to_json().substr(0, 200));
  }
  return *only;
}

}  // namespace ingest::rest
