#pragma once

#include <stop_token>

#include "rest/connectors/component.hpp"

namespace ingest::rest {

/// A stream in which each DynamicSchemaLoader is an InlineSchemaLoader with the schema that the API was asked for; the
/// stream itself where it has none. Waits for the API. Throws what retriever::read() throws; errc::config for types
/// that are none of Airbyte's, errc::bad_data for answers that do not describe a schema.
node with_asked_schema(const component& stream, const std::stop_token& stop);

}  // namespace ingest::rest
