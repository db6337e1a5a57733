#include "rest/connectors/config_rules.hpp"

#include <optional>
#include <utility>

#include "rest/connectors/config_changes.hpp"
#include "rest/connectors/config_validations.hpp"

namespace ingest::rest {

namespace {

std::optional<component> rules_of(const component& manifest) {
  const auto spec = manifest.optional_child("spec");
  return spec ? spec->optional_child("config_normalization_rules") : std::nullopt;
}

node migrated(const component& rules, node config) {
  for (const component& migration : rules.children("config_migrations")) {
    for (const component& change : migration.children("transformations")) {
      config = with_config_change(change, config);
    }
  }
  return config;
}

node transformed(const component& rules, const manifest& m, const node& config) {
  const auto changes = rules.children("transformations");
  node made = changes.empty() ? config : checked_settings(m, config).config;
  for (const component& change : changes) {
    made = with_config_change(change, made);
  }
  return made;
}

}  // namespace

connection_settings normalized_settings(const manifest& m, const node& config) {
  const connector_parts nothing;
  const auto rules = rules_of(component(nothing, m.root, m.name));
  if (!rules || !config.is_dict()) {
    return checked_settings(m, config);
  }
  connection_settings settings = checked_settings(m, transformed(*rules, m, migrated(*rules, config)));
  for (const component& validator : rules->children("validations")) {
    add_validation_findings(validator, settings.config, settings.findings);
  }
  return settings;
}

}  // namespace ingest::rest
