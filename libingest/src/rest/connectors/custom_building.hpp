#pragma once

#include <functional>
#include <memory>

#include "ingest/custom_components.hpp"
#include "rest/connectors/building.hpp"
#include "rest/paginators/pagination_strategy.hpp"

/// Makes components of type Custom… by the embedding program's code for their class_name. Throws errc::config, with
/// the component's place and line, where it has none.
namespace ingest::rest {

std::shared_ptr<authenticator> make_custom_authenticator(const component& of);
custom::request_edit make_custom_edit(const component& of);
custom::error_handler make_custom_error_handler(const component& of);
std::shared_ptr<const backoff_strategy> make_custom_backoff(const component& of);
std::shared_ptr<const decoder> make_custom_decoder(const component& of);
record_extraction make_custom_extraction(const component& of);
record_condition make_custom_condition(const component& of);
std::shared_ptr<const transformation> make_custom_transformation(const component& of);
/// `schema` is the stream's; None where the manifest does not have it.
record_normalization make_custom_normalization(const component& of, const value& schema);
std::shared_ptr<const pagination_strategy> make_custom_pagination(const component& of);
std::unique_ptr<partition_router> make_custom_router(const component& of);

}  // namespace ingest::rest
