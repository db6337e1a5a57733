#pragma once

#include "postgres/postgres_connection.hpp"
#include "postgres/postgres_table.hpp"

namespace ingest::detail {

/// Throws errc::config with the GRANT statements that help if our role lacks what a run into this table needs: to
/// create the ledger and the table where they are missing, to read and write them, to stage duplicates in a temporary
/// table. Asks the catalogs only, so that it needs no permission.
void require_grants(postgres_connection& c, const table_name& name, const table_shape& shape);

}  // namespace ingest::detail
