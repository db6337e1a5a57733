#include "rest/document/settings/connection_settings.hpp"

#include <algorithm>

#include "rest/document/settings/schema_check.hpp"

namespace ingest::rest {

bool connection_settings::usable() const {
  return std::none_of(findings.begin(), findings.end(), [](const finding& f) { return f.hinders(); });
}

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
  const node* const spec = m.root.find("spec");
  const node* const schema = spec == nullptr ? nullptr : spec->find("connection_specification");
  if (schema != nullptr && schema->is_dict()) {
    schema_check check;
    settings.config = check.complete(*schema, settings.config, "");
    settings.findings = std::move(check.findings);
    settings.secrets = std::move(check.secrets);
  }
  return settings;
}

}  // namespace ingest::rest
