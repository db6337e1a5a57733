#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rest/answers/error_handler.hpp"
#include "rest/authenticators/authenticator.hpp"
#include "rest/connectors/component.hpp"
#include "rest/cursors/cursor.hpp"
#include "rest/decoders/decoder.hpp"
#include "rest/paginators/paginator.hpp"
#include "rest/partitions/partition_router.hpp"
#include "rest/requests/api_budget.hpp"
#include "rest/requests/request_options.hpp"
#include "rest/requests/requester.hpp"
#include "rest/selectors/record_selector.hpp"
#include "rest/streams/async_retriever.hpp"
#include "rest/streams/parent_watermarks.hpp"
#include "rest/streams/query_properties.hpp"
#include "rest/transformations/add_fields.hpp"

/// What components of a manifest become. Each kind has a file with a table: a line a type. All throw errc::config, with
/// the component's place and line, for what cannot be made.
namespace ingest::rest {

/// HttpRequester. `stream` is its name in messages.
std::shared_ptr<requester> make_requester(const component& of, const std::string& stream);

/// What the requests of a HttpRequester name for records to have; null: nothing. `stream` is the one that it reads.
std::shared_ptr<query_properties> make_query_properties(const component& requester, const component& stream);

/// The query parameter that has the names; nothing where no parameter has them.
std::optional<std::string> query_properties_parameter(const component& requester);

/// Whether make_query_properties() would make any.
bool asks_for_properties(const component& requester);

/// RequestOption, RequestPath apart.
request_option make_request_option(const component& of);

/// The field of that name, unless it is missing.
std::optional<request_option> make_optional_option(const component& of, std::string_view name);

std::shared_ptr<authenticator> make_authenticator(const component& of);
std::shared_ptr<const error_handler> make_error_handler(const component& of);
std::shared_ptr<api_budget> make_budget(const component& of);
std::shared_ptr<const paginator> make_paginator(const component& of);
std::shared_ptr<const decoder> make_decoder(const component& of);

/// JsonDecoder.
std::shared_ptr<const decoder> default_decoder();
/// `value_type` of a component that adds a field.
value_type value_type_of(const component& of);

/// Of the components that stand in that field.
std::vector<std::shared_ptr<const transformation>> make_transformations(const component& of,
                                                                        std::string_view field = "transformations");

/// The condition of a RecordFilter; nothing: it has none.
std::optional<interpolation> make_filter(const component& of);

/// RecordSelector of a stream, with the stream's transformations; `schema` as the manifest has it.
record_selector_options make_selector(const component& of, const component& stream);

/// DpathExtractor.
record_extractor make_extractor(const component& of);

/// AsyncRetriever. `selection` is that of its `record_selector`.
std::shared_ptr<const job_reading> make_job_reading(const component& of, const std::string& stream,
                                                    record_selector_options selection);

/// As many as the manifest says, of which `root` is the whole: one, if it does not.
std::shared_ptr<job_slots> make_job_slots(const component& root);

/// Null where there is no component.
std::shared_ptr<const cursor> make_cursor(const std::optional<component>& of);

/// SubstreamPartitionRouter, and what else has its `parent_stream_configs`.
/// `past`: of the parents that the stream depends on (incremental_dependency) only what is new is read, as it says;
/// null: all of them are.
std::unique_ptr<partition_router> make_substream_router(const component& of,
                                                        const std::shared_ptr<parent_watermarks>& past = nullptr);

/// `partition_router`: one, with `past` as above; or several multiplied, whose parents are all read.
std::unique_ptr<partition_router> make_router(const component& retriever,
                                              const std::shared_ptr<parent_watermarks>& past = nullptr);

}  // namespace ingest::rest
