#pragma once

#include <cstdint>
#include <string>

#include "postgres/copy_encoder.hpp"
#include "postgres/copy_rows.hpp"
#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// COPYs rows `begin` to `end` by `copy`, a statement of the shape that `encoder` was made for. Returns how many rows
/// went in: fewer where a trigger dropped some.
std::uint64_t copy_into(postgres_connection& c, const std::string& copy, copy_encoder encoder, const copy_rows& rows,
                        std::size_t begin, std::size_t end);

}  // namespace ingest::detail
