#pragma once

#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// The tables of schema `ingest`. All run inside a transaction of the caller.

bool ledger_exists(postgres_connection& c);

/// To be called by one session at a time.
void create_ledger(postgres_connection& c);

/// Throws errc::config that names what stands in the ledger's place and is none: anybody may have a schema `ingest`.
/// Needs no permission.
void check_ledger_shape(postgres_connection& c);

/// Throws errc::config for a ledger that PostgreSQL would empty after a crash.
void check_ledger_is_logged(postgres_connection& c);

}  // namespace ingest::detail
