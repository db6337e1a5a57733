#pragma once

#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// In SQL, which tables the ledger's are. A dump that is restored makes others, in the order of their names, which is
/// not the order in which we create them: so they never come out the same.
inline const std::string ledger_oids =
    "concat_ws(',', 'ingest.pipelines'::regclass::oid, 'ingest.slices'::regclass::oid, 'ingest.pages'::regclass::oid)";

/// The tables of schema `ingest`. All run inside a transaction of the caller.

bool ledger_exists(postgres_connection& c);

/// Whether it has all that is written there today: earlier versions did without some columns.
bool ledger_is_current(postgres_connection& c);

/// What versions before 0.2 have left: a row for each page, numbered over all slices. Needs no permission.
bool ledger_is_of_version_1(postgres_connection& c);

/// Creates what is missing, columns too, which only the tables' owner may; of a ledger of version 1 makes one of
/// today's. To be called by one session at a time.
void create_ledger(postgres_connection& c);

/// Throws errc::config that names what stands in the ledger's place and is none: anybody may have a schema `ingest`.
/// Needs no permission.
void check_ledger_shape(postgres_connection& c);

/// Throws errc::config for a ledger that PostgreSQL would empty after a crash.
void check_ledger_is_logged(postgres_connection& c);

}  // namespace ingest::detail
