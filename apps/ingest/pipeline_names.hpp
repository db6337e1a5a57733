#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "postgres/postgres_connection.hpp"

/// What pipelines are called in the ledger.
namespace ingest::app {

inline constexpr std::size_t longest_name = 63;  ///< of a pipeline, and of whatever PostgreSQL keeps

/// `name` within so many bytes, told apart by a checksum of `whole` where something was left out.
std::string shortened(const std::string& name, const std::string& whole, std::size_t most);

/// The run of a stream of a pipeline: PIPELINE.STREAM.
std::string pipeline_of_stream(const std::string& pipeline, const std::string& stream);

/// A run beside that of a pipeline: PIPELINE.NAME.
std::string pipeline_beside(const std::string& pipeline, const std::string& name);

/// Those that the ledger has of a pipeline: its own, and those of its streams. One that merely begins alike is none.
/// Empty where there is none, or no ledger.
std::vector<std::string> pipelines_called(detail::postgres_connection& c, const std::string& pipeline);

/// The same; throws errc::config where it is empty.
std::vector<std::string> known_pipelines(detail::postgres_connection& c, const std::string& pipeline);

}  // namespace ingest::app
