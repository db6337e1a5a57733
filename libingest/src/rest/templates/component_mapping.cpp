#include "rest/templates/component_mapping.hpp"

#include "ingest/error.hpp"
#include "rest/document/node_edit.hpp"
#include "rest/document/yaml_loader.hpp"

namespace ingest::rest {

namespace {

/// What no YAML is stays the text that it is.
node read_as_yaml(const std::string& text, int line) {
  try {
    return node_like(read_yaml(text, "").root.to_value(), node::text("", line));
  } catch (const error&) {
    return node::text(text, line);
  }
}

}  // namespace

node component_mapping::applied(const node& stream, const variables& given) const {
  if (condition && !condition->holds(given)) {
    return stream;
  }
  const value made = evaluated_as(content, type, given);
  const bool is_yaml = reads_yaml && made.is_text() && type != value_type::text;
  const node put = is_yaml ? read_as_yaml(made.text(), stream.line()) : node_of(made, stream.line());
  const glob_path path = glob_path::from_templates(field_path, given);
  node_replacement replaced = with_replaced(stream, path, put);
  if (replaced.places > 0 || !creates || !put.truth()) {
    return std::move(replaced.root);
  }
  try {
    return with_added(stream, path, put);
  } catch (const error& e) {
    throw error(errc::config, content.where() + ": cannot be put at \"" + path.to_text() + "\": " + e.what());
  }
}

}  // namespace ingest::rest
