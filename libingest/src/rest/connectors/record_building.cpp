#include "rest/connectors/building.hpp"
#include "rest/connectors/custom_building.hpp"
#include "rest/document/declared_stream.hpp"
#include "rest/transformations/add_fields.hpp"
#include "rest/transformations/flatten_fields.hpp"
#include "rest/transformations/key_transformations.hpp"
#include "rest/transformations/remove_fields.hpp"

namespace ingest::rest {

namespace {

using made_transformation = std::shared_ptr<const transformation>;

made_transformation make_add_fields(const component& of) {
  std::vector<added_field> fields;
  for (const component& f : of.children("fields")) {
    fields.push_back({f.texts("path"), f.expression("value"), value_type_of(f)});
  }
  return std::make_shared<add_fields>(std::move(fields), of.optional_expression("condition"), of.given().parameters);
}

made_transformation make_remove_fields(const component& of) {
  std::vector<std::vector<std::string>> pointers;
  if (const node* const lists = of.field("field_pointers")) {
    for (const node& list : lists->items()) {
      std::vector<std::string> steps;
      for (const node& step : list.items()) {
        steps.push_back(step.scalar().to_text());
      }
      pointers.push_back(std::move(steps));
    }
  }
  return std::make_shared<remove_fields>(pointers, of.optional_expression("condition"), of.given().parameters);
}

made_transformation make_dpath_flatten(const component& of) {
  dpath_flatten_options o;
  o.field_path = of.expressions("field_path");
  o.delete_origin_value = of.truth("delete_origin_value");
  o.replace_record = of.truth("replace_record");
  if (const auto keys = of.optional_child("key_transformation")) {
    o.key_prefix = keys->optional_expression("prefix");
    o.key_suffix = keys->optional_expression("suffix");
  }
  return std::make_shared<dpath_flatten_fields>(o, *of.known());
}

constexpr component_maker<made_transformation> transformations[] = {
    {"AddFields", make_add_fields},
    {"RemoveFields", make_remove_fields},
    {"KeysToLower", [](const component&) -> made_transformation { return std::make_shared<keys_to_lower>(); }},
    {"KeysToSnakeCase", [](const component&) -> made_transformation { return std::make_shared<keys_to_snake_case>(); }},
    {"KeysReplace",
     [](const component& of) -> made_transformation {
       return std::make_shared<keys_replace>(of.expression("old"), of.expression("new"), of.given().parameters);
     }},
    {"FlattenFields",
     [](const component& of) -> made_transformation {
       return std::make_shared<flatten_fields>(of.truth("flatten_lists", true));
     }},
    {"DpathFlattenFields", make_dpath_flatten},
    {"CustomTransformation", make_custom_transformation},
};

/// What a component gives a selector.
using contribution = std::function<void(record_selector_options& to)>;

constexpr component_maker<contribution> extractors[] = {
    {"DpathExtractor",
     [](const component& of) -> contribution {
       return [found = make_extractor(of)](auto& to) { to.extractor = found; };
     }},
    {"FoundRecords",
     [](const component& of) -> contribution {
       const bool stated = of.field("field_path") != nullptr;
       return [search = std::make_shared<const record_search>(
                   stated ? std::optional(of.texts("field_path")) : std::nullopt, of.where(),
                   of.path().substr(0, of.path().find(".retriever")))](auto& to) { to.search = search; };
     }},
    {"CustomRecordExtractor",
     [](const component& of) -> contribution {
       return [own = make_custom_extraction(of)](auto& to) { to.own_extraction = own; };
     }},
};

constexpr component_maker<contribution> filters[] = {
    {"RecordFilter",
     [](const component& of) -> contribution {
       return [condition = of.optional_expression("condition"), parameters = of.given().parameters](auto& to) {
         to.condition = condition;
         to.parameters = parameters;
       };
     }},
    {"CustomRecordFilter",
     [](const component& of) -> contribution {
       return [own = make_custom_condition(of)](auto& to) { to.own_condition = own; };
     }},
};

/// The schema that is written out in the manifest, if there is one.
std::optional<value> written_schema(const component& stream) {
  const std::string schema = schema_of(stream.content());
  return schema.empty() ? std::nullopt : std::optional(value::from_json(schema));
}

void normalize(record_selector_options& o, const component& of, const component& stream) {
  const node* const how = of.field("schema_normalization");
  if (how != nullptr && how->is_dict()) {
    o.own_normalization = make_custom_normalization(of.child("schema_normalization"),
                                                    written_schema(stream).value_or(value::dict_of({})));
  } else if (of.text("schema_normalization") == "Default") {
    o.schema = written_schema(stream);
    if (!o.schema) {
      of.refuse("`schema_normalization` needs a schema, and the stream has none that is written out in the manifest");
    }
  }
}

}  // namespace

value_type value_type_of(const component& of) {
  const std::string type = of.text("value_type");
  return type == "string"    ? value_type::text
         : type == "number"  ? value_type::number
         : type == "integer" ? value_type::integer
         : type == "boolean" ? value_type::boolean
                             : value_type::any;
}

std::vector<std::shared_ptr<const transformation>> make_transformations(const component& of, std::string_view field) {
  std::vector<std::shared_ptr<const transformation>> all;
  for (const component& t : of.children(field)) {
    all.push_back(make_by_type(transformations, t));
  }
  return all;
}

record_extractor make_extractor(const component& of) {
  if (of.type() != "DpathExtractor") {
    of.refuse("extractors of type " + std::string(of.type()) + " do not run here");
  }
  return {of.expressions("field_path"), *of.known()};
}

std::optional<interpolation> make_filter(const component& of) {
  if (of.type() != "RecordFilter") {
    of.refuse("filters of type " + std::string(of.type()) + " do not run here");
  }
  return of.optional_expression("condition");
}

record_selector_options make_selector(const component& of, const component& stream) {
  if (of.type() != "RecordSelector") {
    of.refuse("selectors of type " + std::string(of.type()) + " do not run here");
  }
  record_selector_options o;
  make_by_type(extractors, of.child("extractor"))(o);
  if (const auto filter = of.optional_child("record_filter")) {
    make_by_type(filters, *filter)(o);
  }
  o.transformations = make_transformations(stream);
  const node* const cursor = stream.field("incremental_sync");
  const node* const client_side = cursor == nullptr ? nullptr : cursor->find("is_client_side_incremental");
  o.transform_before_filtering = of.truth("transform_before_filtering", client_side != nullptr && client_side->truth());
  normalize(o, of, stream);
  o.where = of.where();
  return o;
}

}  // namespace ingest::rest
