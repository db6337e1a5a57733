#pragma once

#include <cstdint>
#include <string>

#include "postgres/copy_format.hpp"
#include "postgres/copy_rows.hpp"
#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// COPYs rows `begin` to `end` into the columns id and data of `table`, an SQL name. Returns how many rows went in:
/// fewer where a trigger dropped some.
std::uint64_t copy_into(postgres_connection& c, const std::string& table, copy_format format, const copy_rows& rows,
                        std::size_t begin, std::size_t end);

}  // namespace ingest::detail
