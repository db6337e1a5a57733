#include "rest/connectors/config_validations.hpp"

#include <optional>
#include <string>

#include "ingest/error.hpp"
#include "rest/document/document.hpp"
#include "rest/document/node_edit.hpp"
#include "rest/document/settings/schema_check.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

namespace {

variables names_of(const node& config) {
  variables given;
  given.set("config", config.to_value());
  given.set("parameters", value::dict_of({}));
  return given;
}

/// ValidateAdheresToSchema's; nothing of Python code.
std::optional<node> schema_of(const component& validator, const variables& given) {
  const component strategy = validator.child("validation_strategy");
  if (strategy.type() == "CustomValidationStrategy") {
    return std::nullopt;
  }
  if (strategy.type() != "ValidateAdheresToSchema") {
    strategy.refuse("validations of type " + std::string(strategy.type()) + " do not run here");
  }
  const node* const schema = strategy.field("base_schema");
  if (schema != nullptr && schema->is_dict()) {
    return *schema;
  }
  const value made = strategy.expression("base_schema").evaluate_itself(given);
  if (!made.is_dict()) {
    strategy.refuse("`base_schema` does not come out as a JSON schema");
  }
  return node_of(made, strategy.content().line());
}

/// A text is JSON, as in the CDK.
void check(const node& schema, const node& content, const std::string& path, std::vector<finding>& to) {
  node instance = content;
  if (content.is_text()) {
    try {
      instance = node_of(value::from_json(content.text()), content.line());
    } catch (const error&) {
      to.push_back({finding::weight::error, path, content.line(), "must be JSON", {}});
      return;
    }
  }
  schema_check checking;
  checking.complete(schema, instance, path);
  for (finding& f : checking.findings) {
    if (f.hinders()) {
      to.push_back(std::move(f));
    }
  }
}

std::string dotted(const glob_path& path) {
  std::string text;
  for (const path_step& step : path.steps()) {
    text += (text.empty() ? "" : ".") + step.text;
  }
  return text;
}

}  // namespace

void add_validation_findings(const component& validator, const node& config, std::vector<finding>& to) {
  const variables given = names_of(config);
  const auto schema = schema_of(validator, given);
  if (!schema) {
    return;
  }
  if (validator.type() == "PredicateValidator") {
    const node* const content = validator.field("value");
    const value made = content != nullptr && content->is_text() ? validator.expression("value").evaluate_itself(given)
                       : content == nullptr                     ? value()
                                                                : content->to_value();
    check(*schema, node_of(made, validator.content().line()), validator.path(), to);
    return;
  }
  if (validator.type() != "DpathValidator") {
    validator.refuse("validators of type " + std::string(validator.type()) + " do not run here");
  }
  const glob_path path = glob_path::from_templates(validator.expressions("field_path"), given);
  if (path.empty()) {
    validator.refuse("misses `field_path`, the setting that is checked");
  }
  for (const value& found : path.values(config.to_value())) {
    check(*schema, node_of(found, config.line()), dotted(path), to);
  }
}

}  // namespace ingest::rest
