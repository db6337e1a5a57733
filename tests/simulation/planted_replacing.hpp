#pragma once

#include <memory>

#include "postgres/postgres_connection.hpp"
#include "simulation/planted_bug.hpp"

namespace ingest::testing {

/// A connection with one of the bugs of tables that are replaced.
std::unique_ptr<detail::postgres_connection> plant_in_replacing(planted_bug bug,
                                                                std::unique_ptr<detail::postgres_connection> behind);

}  // namespace ingest::testing
