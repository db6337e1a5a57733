#pragma once

#include <string>

#include "postgres/postgres_connection.hpp"
#include "postgres/postgres_table.hpp"

namespace ingest::detail {

/// The statement that makes a view of a table of (id, data): a column for each member that records were seen to have,
/// of the type that its values have. Of a table of more than 100,000 rows a part is looked at. The view can be queried
/// whatever comes later: what does not fit its column is null there. Changes nothing.
///
/// Throws errc::config for a table that is not there or has no such columns.
std::string typed_view(postgres_connection& c, const table_name& table);

}  // namespace ingest::detail
