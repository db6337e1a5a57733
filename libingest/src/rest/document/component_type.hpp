#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ingest::rest {

/// Where in a manifest components of one kind may stand.
enum class place : std::uint8_t {
  none,
  source,
  check,
  dynamic_check,
  spec,
  advanced_auth,
  oauth_specification,
  config_rules,
  config_migration,
  config_transformation,
  config_validator,
  validation_strategy,
  concurrency,
  stream_group,
  stream_group_action,
  budget,
  rate_policy,
  rate,
  request_matcher,
  stream,
  dynamic_stream,
  components_resolver,
  component_mapping,
  stream_config,
  stream_parameters,
  retriever,
  job_status,
  requester,
  request_body,
  graphql_query,
  request_option,
  authenticator,
  session_token_use,
  refresh_token_updater,
  jwt_headers,
  jwt_payload,
  quota_source,
  token_quota,
  error_handler,
  response_filter,
  backoff,
  paginator,
  pagination_strategy,
  pagination_reset,
  pagination_reset_limits,
  cursor,
  datetime,
  clamping,
  partition_router,
  parent_stream,
  state_migration,
  selector,
  extractor,
  record_expander,
  record_filter,
  normalization,
  transformation,
  added_field,
  key_transformation,
  decoder,
  schema_loader,
  schema_type_identifier,
  types_map,
  complex_type,
  file_uploader,
  query_properties,
  properties_from_endpoint,
  property_chunking,
  record_merge,
  property_selector,
};

/// For people: "an authenticator".
std::string_view name_of(place where);

/// What becomes of a component here.
enum class support : std::uint8_t {
  runs,
  ignored,   ///< of no use here, and nothing is lost without it: what a form shows, how many threads there are …
  lacking,   ///< a stream with it cannot run yet
  embedded,  ///< code of the connector's own, for which a program that embeds the library may have its own
  python,    ///< code of the connector's own, which cannot run here
};

/// What a field may hold: bits.
enum holding : std::uint16_t {
  holds_text = 1,
  holds_whole = 2,
  holds_number = 4,
  holds_boolean = 8,
  holds_dict = 16,   ///< of anything, or of texts
  holds_texts = 32,  ///< a list of them
  holds_list = 64,   ///< of anything
  holds_component = 128,
  holds_components = 256,     ///< a list of them
  holds_component_map = 512,  ///< a dict whose members may be components
  holds_anything = 1024,
};

struct field_type {
  std::string_view name;
  std::uint16_t holds = holds_anything;
  place of = place::none;       ///< of components
  std::string_view words = {};  ///< all that a text may be: "GET|POST"
  bool is_required = false;
  bool is_expression = false;  ///< may have {{ … }} in it
};

/// A row of the table of components.
struct component_type {
  std::string_view name;
  place stands;
  enum support support;
  std::string_view sentence;  ///< what it does, for docs
  std::vector<field_type> fields;
  bool untyped = false;  ///< it need not say its type, as no other may stand in its place
  bool open = false;     ///< it may have fields of its own
};

/// All of them, by kind. Names, fields and what is required are those of the CDK's declarative_component_schema.yaml.
std::span<const component_type> component_types();

/// The component called `name` that may stand there; where there is none, one of that name that may stand elsewhere;
/// null where there is none at all.
const component_type* find_component_type(std::string_view name, place where);

/// The one that stands there without saying so; null if each must have a type there.
const component_type* untyped_component(place where);

const field_type* find_field(const component_type& type, std::string_view name);

}  // namespace ingest::rest
