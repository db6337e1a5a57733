#include "rest/document/settings/connection_settings.hpp"

#include <algorithm>

#include "rest/document/settings/schema_check.hpp"

namespace ingest::rest {

bool connection_settings::usable() const {
  return std::none_of(findings.begin(), findings.end(), [](const finding& f) { return f.hinders(); });
}

namespace {

const node* specification_of(const manifest& m) {
  const node* const spec = m.root.find("spec");
  return spec == nullptr ? nullptr : spec->find("connection_specification");
}

}  // namespace

connection_settings checked_settings(const manifest& m, const node& config) {
  connection_settings settings;
  settings.config = config.is_none() ? node::dict({}, config.line()) : config;
  if (!settings.config.is_dict()) {
    settings.findings.push_back({finding::weight::error,
                                 "",
                                 config.line(),
                                 "the settings must be a dict, not " + std::string(config.kind_name()),
                                 {}});
    return settings;
  }
  const node* const schema = specification_of(m);
  if (schema != nullptr && schema->is_dict()) {
    schema_check check;
    settings.config = check.complete(*schema, settings.config, "");
    settings.findings = std::move(check.findings);
    settings.secrets = std::move(check.secrets);
  }
  return settings;
}

std::vector<std::string> settings_that_tell_apart(const manifest& m) {
  std::vector<std::string> names;
  const node* const schema = specification_of(m);
  const node* const properties = schema == nullptr ? nullptr : schema->find("properties");
  for (const node::member& one : properties == nullptr ? node::member_list() : properties->members()) {
    if (one.content.find(tells_source_apart) != nullptr) {
      names.push_back(one.name);
    }
  }
  return names;
}

}  // namespace ingest::rest
