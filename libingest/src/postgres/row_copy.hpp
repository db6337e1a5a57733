#pragma once

#include <cstdint>
#include <string>

#include "postgres/copy_encoder.hpp"
#include "postgres/copy_rows.hpp"
#include "postgres/postgres_connection.hpp"
#include "postgres/postgres_table.hpp"

namespace ingest::detail {

struct copied_rows {
  std::uint64_t count = 0;  ///< that went in: fewer than were sent where a trigger dropped some
  kept_apart apart;         ///< of those that were sent
};

/// COPYs rows `begin` to `end` by `copy`, a statement of the target's shape.
copied_rows copy_into(postgres_connection& c, const std::string& copy, const target_table& target,
                      const copy_rows& rows, std::size_t begin, std::size_t end);

}  // namespace ingest::detail
