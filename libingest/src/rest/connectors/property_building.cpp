#include <optional>
#include <utility>

#include "ingest/error.hpp"
#include "rest/connectors/building.hpp"
#include "rest/connectors/record_reading.hpp"
#include "rest/document/declared_stream.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

namespace {

using name_source = std::function<std::vector<std::string>(const std::stop_token&)>;

constexpr std::size_t most_properties = 100'000;

/// PropertiesFromEndpoint.
name_source names_from_endpoint(const component& of) {
  const auto from = std::make_shared<const connector_stream>(stream_of_retriever(of, "properties"));
  const glob_path path = glob_path::from_templates(of.expressions("property_field_path"), *of.known());
  return [from, path, of](const std::stop_token& stop) {
    std::vector<std::string> names;
    read_unsliced(*from, stop, [&](const value& record, const stream_slice&) {
      const auto name = path.only(record);
      if (!name || name->is_none()) {
        throw error(errc::bad_data, of.where() +
                                        ": the API names a property without anything at `property_field_path`: " +
                                        record.to_json().substr(0, 200));
      }
      if (names.size() == most_properties) {
        throw error(errc::bad_data,
                    of.where() + ": the API names more than " + std::to_string(most_properties) + " properties");
      }
      names.push_back(name->to_text());
      return true;
    });
    if (names.empty()) {
      accept_nothing(*from, of);
    }
    return names;
  };
}

name_source names_of(const component& of) {
  const node* const list = of.field("property_list");
  if (list != nullptr && list->is_dict()) {
    const component endpoint = of.child("property_list");
    if (endpoint.type() != "PropertiesFromEndpoint") {
      endpoint.refuse("property lists of type " + std::string(endpoint.type()) + " do not run here");
    }
    return names_from_endpoint(endpoint);
  }
  return [names = of.texts("property_list")](const std::stop_token&) { return names; };
}

/// JsonSchemaPropertySelector: nothing is left out where nobody knows the schema.
std::optional<std::set<std::string>> selected_by(const component& selector, const component& stream) {
  if (selector.type() != "JsonSchemaPropertySelector") {
    selector.refuse("property selectors of type " + std::string(selector.type()) + " do not run here");
  }
  const std::string json = schema_of(stream.content());
  if (json.empty()) {
    return std::nullopt;
  }
  const value schema = value::from_json(json);
  const value* const properties = schema.find("properties");
  value left = properties != nullptr && properties->is_dict() ? *properties : value::dict_of({});
  const auto known = selector.known();
  variables given(known.get());
  given.set("stream_slice", value());
  for (const auto& step : make_transformations(selector)) {
    left = step->apply(left, given);
  }
  std::set<std::string> names;
  for (const auto& [name, type] : left.members()) {
    names.insert(name.to_text());
  }
  return names;
}

void divide(query_properties_options& o, const component& chunking) {
  o.chunking = true;
  const std::int64_t limit = chunking.whole("property_limit", 0);
  if (limit < 0) {
    chunking.refuse("`property_limit` must not be negative");
  }
  if (limit > 0) {
    const bool by_characters = chunking.text("property_limit_type") == "characters";
    o.limit = property_limit{by_characters ? property_limit::unit::characters : property_limit::unit::properties,
                             static_cast<std::size_t>(limit)};
  }
  const auto strategy = chunking.optional_child("record_merge_strategy");
  if (strategy && strategy->type() != "GroupByKeyMergeStrategy") {
    strategy->refuse("merge strategies of type " + std::string(strategy->type()) + " do not run here");
  }
  o.key = strategy ? strategy->texts("key") : std::vector<std::string>{"id"};
  if (o.key.empty()) {
    strategy->refuse("misses `key`, by which parts of records are put together");
  }
}

std::shared_ptr<query_properties> make(const component& of, const component& stream) {
  query_properties_options o;
  o.where = of.where();
  o.names = names_of(of);
  o.always = of.texts("always_include_properties");
  if (const auto selector = of.optional_child("property_selector")) {
    o.selected = selected_by(*selector, stream);
  }
  if (const auto chunking = of.optional_child("property_chunking")) {
    divide(o, *chunking);
  }
  return std::make_shared<query_properties>(std::move(o));
}

}  // namespace

std::optional<std::string> query_properties_parameter(const component& requester) {
  const node* const parameters = requester.field("request_parameters");
  std::optional<std::string> found;
  for (const node::member& p : parameters == nullptr ? node::member_list() : parameters->members()) {
    const node* const type = p.content.find("type");
    if (type == nullptr || type->text() != "QueryProperties") {
      continue;
    }
    if (found) {
      requester.refuse("has QueryProperties in several `request_parameters`; only one may have them");
    }
    found = p.name;
  }
  if (found && requester.field("fetch_properties_from_endpoint") != nullptr) {
    requester.refuse("has both QueryProperties in `request_parameters` and `fetch_properties_from_endpoint`");
  }
  return found;
}

bool asks_for_properties(const component& requester) {
  return query_properties_parameter(requester) || requester.field("fetch_properties_from_endpoint") != nullptr ||
         requester.field("query_properties") != nullptr;
}

std::shared_ptr<query_properties> make_query_properties(const component& requester, const component& stream) {
  if (const auto name = query_properties_parameter(requester)) {
    return make(requester.child("request_parameters").child(*name), stream);
  }
  if (const auto endpoint = requester.optional_child("fetch_properties_from_endpoint")) {
    query_properties_options o;
    o.where = endpoint->where();
    o.names = names_from_endpoint(*endpoint);
    return std::make_shared<query_properties>(std::move(o));
  }
  const auto written = requester.optional_child("query_properties");
  return written ? make(*written, stream) : nullptr;
}

}  // namespace ingest::rest
