#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "rest/connectors/component.hpp"
#include "rest/connectors/connector_stream.hpp"
#include "rest/streams/stream_slice.hpp"

namespace ingest::rest {

/// Takes a record and the slice that it is of; false: enough.
using record_use = std::function<bool(const value& record, const stream_slice& slice)>;

/// A retriever that belongs to no stream, such as one that a schema is asked with, as a stream called `name`.
/// `of` is the component with the field `retriever`.
connector_stream stream_of_retriever(const component& of, const std::string& name);

/// Reads all records, slice by slice, before anything else is read. Throws what retriever::read() throws.
void read_all(const connector_stream& from, const std::stop_token& stop, const record_use& use);

/// The same of a single slice without partition and window, whatever partitions there are: what the CDK does where it
/// asks for schemas and names of properties.
void read_unsliced(const connector_stream& from, const std::stop_token& stop, const record_use& use);

/// For one that was read, and had no record: warns, and throws errc::bad_data where an answer had not even the place of
/// records. What others are made of is not believed to be nothing then. `at` is what asks for it.
void accept_nothing(const connector_stream& from, const component& at);

}  // namespace ingest::rest
