#include "rest/connectors/config_changes.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/error.hpp"
#include "rest/connectors/building.hpp"
#include "rest/document/node_edit.hpp"
#include "rest/selectors/path_edit.hpp"

namespace ingest::rest {

namespace {

variables names_of(const value& config) {
  variables given;
  given.set("config", config);
  given.set("parameters", value::dict_of({}));
  return given;
}

std::optional<interpolation> condition_of(const component& of) {
  auto condition = of.optional_expression("condition");
  return condition && condition->text().empty() ? std::nullopt : std::move(condition);
}

value list_of(const std::vector<std::string>& path) {
  value::elements steps;
  for (const std::string& step : path) {
    steps.push_back(value::text_of(step));
  }
  return value::list_of(std::move(steps));
}

value with_added_fields(const component& of, value config) {
  const auto condition = condition_of(of);
  for (const component& field : of.children("fields")) {
    const std::vector<std::string> path = field.texts("path");
    if (path.empty()) {
      field.refuse("misses `path`, where the setting is put");
    }
    variables given = names_of(config);
    value made = evaluated_as(field.expression("value"), value_type_of(field), given);
    given.set("value", made);
    given.set("path", list_of(path));
    if (condition && !condition->holds(given)) {
      continue;
    }
    try {
      config = with_value_at(config, path, std::move(made));
    } catch (const error&) {
      // Its message has what stands there.
      field.refuse("the setting cannot be put there: something on the way of `path` is neither a dict nor a list");
    }
  }
  return config;
}

value with_removed_fields(const component& of, value config) {
  const auto condition = condition_of(of);
  if (condition && !condition->holds(names_of(config))) {
    return config;
  }
  const node* const pointers = of.field("field_pointers");
  for (const node& pointer : pointers == nullptr ? node::elements() : pointers->items()) {
    std::vector<path_step> steps;
    for (const node& step : pointer.items()) {
      steps.push_back({step.scalar().to_text()});
    }
    config = without_path(config, glob_path(std::move(steps)));
  }
  return config;
}

/// The pairs of ConfigRemapField's `map`, each evaluated.
dictionary map_of(const component& of, const variables& given) {
  const node* const map = of.field("map");
  dictionary pairs;
  if (map != nullptr && map->is_text()) {
    const value made = of.expression("map").evaluate_itself(given);
    if (!made.is_dict()) {
      of.refuse("`map` does not come out as a dict");
    }
    return made.members();
  }
  for (const node::member& m : map == nullptr ? node::member_list() : map->members()) {
    const std::string place = "map." + m.name;
    pairs.set(interpolation(m.name, of.where()).evaluate_name(given),
              m.content.is_text() ? of.expression_of(m.content, place).evaluate_itself(given) : m.content.to_value());
  }
  return pairs;
}

std::optional<value> remapped(const value& in, const std::vector<std::string>& path, std::size_t at,
                              const dictionary& map) {
  const value* const there = in.find(path[at]);
  if (there == nullptr) {
    return std::nullopt;
  }
  std::optional<value> made;
  if (at + 1 < path.size()) {
    made = remapped(*there, path, at + 1, map);
  } else if (const value* const other = map.find(*there)) {
    made = *other;
  }
  if (!made) {
    return std::nullopt;
  }
  dictionary members = in.members();
  members.set(path[at], *std::move(made));
  return value::dict_of(std::move(members));
}

value with_remapped_field(const component& of, value config) {
  const variables given = names_of(config);
  std::vector<std::string> path;
  for (const interpolation& step : of.expressions("field_path")) {
    path.push_back(step.evaluate_itself(given).to_text());
  }
  if (path.empty()) {
    of.refuse("misses `field_path`, the setting whose value is replaced");
  }
  auto made = remapped(config, path, 0, map_of(of, given));
  return made ? *std::move(made) : std::move(config);
}

using changed = value (*)(const component&, value);

constexpr std::pair<std::string_view, changed> changes[] = {
    {"ConfigAddFields", with_added_fields},
    {"ConfigRemoveFields", with_removed_fields},
    {"ConfigRemapField", with_remapped_field},
};

}  // namespace

node with_config_change(const component& change, const node& config) {
  for (const auto& [type, apply] : changes) {
    if (type == change.type()) {
      return node_like(apply(change, config.to_value()), config);
    }
  }
  change.refuse("changes of settings of type " + std::string(change.type()) + " do not run here");
}

}  // namespace ingest::rest
