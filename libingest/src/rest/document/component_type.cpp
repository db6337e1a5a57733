#include "rest/document/component_type.hpp"

#include <algorithm>
#include <map>

#include "rest/document/component_fields.hpp"

namespace ingest::rest {

namespace {

std::vector<component_type> all_types() {
  std::vector<component_type> all;
  for (const auto kind : {source_components, settings_components, stream_components, dynamic_components,
                          request_components, authenticator_components, answer_components, page_components,
                          slice_components, record_components, decoder_components, schema_components}) {
    const auto types = kind();
    all.insert(all.end(), types.begin(), types.end());
  }
  return all;
}

struct place_name {
  place where;
  std::string_view name;
};

constexpr place_name place_names[] = {
    {place::none, "nothing"},
    {place::source, "a source"},
    {place::check, "a check"},
    {place::dynamic_check, "a check of streams made of templates"},
    {place::spec, "a specification of settings"},
    {place::advanced_auth, "a way to log in"},
    {place::oauth_specification, "a specification of OAuth"},
    {place::config_rules, "rules for settings"},
    {place::config_migration, "a migration of settings"},
    {place::config_transformation, "a transformation of settings"},
    {place::config_validator, "a check of settings"},
    {place::validation_strategy, "a way to check settings"},
    {place::concurrency, "a level of concurrency"},
    {place::stream_group, "a group of streams"},
    {place::stream_group_action, "an action for a group of streams"},
    {place::budget, "a budget of requests"},
    {place::rate_policy, "a policy of rates"},
    {place::rate, "a rate"},
    {place::request_matcher, "a matcher of requests"},
    {place::stream, "a stream"},
    {place::dynamic_stream, "a template of streams"},
    {place::components_resolver, "a list of streams for a template"},
    {place::component_mapping, "a mapping into a template"},
    {place::stream_config, "a list of streams in the settings"},
    {place::stream_parameters, "a list of parameters of streams"},
    {place::retriever, "a retriever"},
    {place::job_status, "a table of states of jobs"},
    {place::requester, "a requester"},
    {place::request_body, "a body of requests"},
    {place::graphql_query, "a query of GraphQL"},
    {place::request_option, "an option of requests"},
    {place::authenticator, "an authenticator"},
    {place::session_token_use, "a use of the session's token"},
    {place::refresh_token_updater, "an updater of refresh tokens"},
    {place::jwt_headers, "headers of a JSON web token"},
    {place::jwt_payload, "a payload of a JSON web token"},
    {place::quota_source, "a source of quotas"},
    {place::token_quota, "a quota"},
    {place::error_handler, "an error handler"},
    {place::response_filter, "a filter of answers"},
    {place::backoff, "a backoff strategy"},
    {place::paginator, "a paginator"},
    {place::pagination_strategy, "a pagination strategy"},
    {place::pagination_reset, "a reset of pagination"},
    {place::pagination_reset_limits, "limits of pagination"},
    {place::cursor, "an incremental cursor"},
    {place::datetime, "a time"},
    {place::clamping, "a clamping of windows"},
    {place::partition_router, "a partition router"},
    {place::parent_stream, "a parent stream"},
    {place::state_migration, "a migration of states"},
    {place::selector, "a selector of records"},
    {place::extractor, "an extractor of records"},
    {place::record_expander, "an expander of records"},
    {place::record_filter, "a filter of records"},
    {place::normalization, "a normalization"},
    {place::transformation, "a transformation"},
    {place::added_field, "a field to add"},
    {place::key_transformation, "a transformation of names"},
    {place::decoder, "a decoder"},
    {place::schema_loader, "a schema loader"},
    {place::schema_type_identifier, "a description of schemas"},
    {place::types_map, "a mapping of types"},
    {place::complex_type, "a type of lists or dicts"},
    {place::file_uploader, "a file uploader"},
    {place::query_properties, "a list of members to ask for"},
    {place::properties_from_endpoint, "an endpoint that lists members"},
    {place::property_chunking, "a way to ask for some members at a time"},
    {place::record_merge, "a way to put records together"},
    {place::property_selector, "a choice of members"},
};

using types_by_name = std::map<std::string_view, std::vector<const component_type*>>;

types_by_name by_name() {
  types_by_name all;
  for (const component_type& t : component_types()) {
    all[t.name].push_back(&t);
  }
  return all;
}

}  // namespace

std::string_view name_of(place where) {
  const auto* const found =
      std::find_if(std::begin(place_names), std::end(place_names), [&](const auto& p) { return p.where == where; });
  return found == std::end(place_names) ? "a component" : found->name;
}

std::span<const component_type> component_types() {
  static const std::vector<component_type> all = all_types();
  return all;
}

const component_type* find_component_type(std::string_view name, place where) {
  static const types_by_name types = by_name();
  const auto found = types.find(name);
  if (found == types.end()) {
    return nullptr;
  }
  const auto there = std::find_if(found->second.begin(), found->second.end(),
                                  [where](const component_type* t) { return t->stands == where; });
  return there == found->second.end() ? found->second.front() : *there;
}

const component_type* untyped_component(place where) {
  const auto all = component_types();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& t) { return t.untyped && t.stands == where; });
  return found == all.end() ? nullptr : &*found;
}

const field_type* find_field(const component_type& type, std::string_view name) {
  const auto found =
      std::find_if(type.fields.begin(), type.fields.end(), [name](const auto& f) { return f.name == name; });
  return found == type.fields.end() ? nullptr : &*found;
}

}  // namespace ingest::rest
