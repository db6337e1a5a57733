#include "rest/templates/stream_template.hpp"

#include "rest/connectors/building.hpp"
#include "rest/document/component_parameters.hpp"

namespace ingest::rest {

namespace {

/// Which fields of a mapping count depends on the resolver, as in the CDK.
component_mapping mapping_of(const component& of, std::string_view resolver) {
  component_mapping m{of.expressions("field_path"), of.expression("value"), value_type_of(of)};
  if (m.field_path.empty()) {
    of.refuse("misses `field_path`, where the value is put");
  }
  m.reads_yaml = resolver != "HttpComponentsResolver";
  m.creates = m.reads_yaml && of.truth("create_or_update");
  if (resolver == "ConfigComponentsResolver") {
    m.condition = of.optional_expression("condition");
  }
  return m;
}

}  // namespace

stream_template::stream_template(const component& of)
    : of_(of),
      resolver_(of.child("components_resolver")),
      template_(of.child("stream_template").content()),
      template_content_(template_.to_value()),
      outer_first_(of.truth("use_parent_parameters", true)) {
  for (const component& mapping : resolver_.children("components_mapping")) {
    mappings_.push_back(mapping_of(mapping, resolver_.type()));
  }
}

std::string stream_template::name_of(const node& dynamic_stream, const std::string& path) {
  const node* const name = dynamic_stream.find("name");
  return name == nullptr || name->text().empty() ? path : std::string(name->text());
}

node stream_template::made_of(const value& components_values, const value& slice) const {
  const auto known = resolver_.known();
  variables given(known.get());
  given.set("components_values", components_values);
  given.set("stream_template_config", template_content_);
  given.set("stream_slice", slice);
  node made = template_;
  for (const component_mapping& mapping : mappings_) {
    made = mapping.applied(made, given);
  }
  if (!made.is_dict()) {
    of_.refuse("its `stream_template` is no stream, but " + std::string(made.kind_name()));
  }
  node::member_list members = with_parameters(made, outer_first_).members();
  if (find_member(members, "type") == nullptr) {
    set_member(members, "type", node::text("DeclarativeStream", made.line()));
  }
  const node* const name = find_member(members, "name");
  if (name == nullptr || name->text().empty()) {
    of_.refuse("makes a stream without a name: map a text to its `name`; `value_type: string` makes one of a number");
  }
  return node::dict(std::move(members), made.line());
}

}  // namespace ingest::rest
