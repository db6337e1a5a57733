#pragma once

#include <string>

#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// A transaction whose connection was lost: it may still run, hold the pages' rows, and even commit.
struct lost_transaction {
  server_transaction it;
  bool commit_sent = false;
};

/// Does what can be done about `lost`, over another connection. A transaction whose COMMIT was not sent is ended, so
/// that its locks are in nobody's way. Process and beginning name it beyond doubt, and nobody else can have got the
/// process meanwhile: poolers close a session whose client has left in the middle of a transaction. One whose COMMIT
/// was sent is let be: its locks decide. Throws database_error (contention) while that waits for a synchronous standby:
/// ending the wait would make rows visible that are not replicated, and a failover would lose them.
void settle_lost(postgres_connection& c, const lost_transaction& lost, const std::string& database);

/// A point of time, an SQL expression, as a number that names it exactly, whatever the session's settings.
std::string in_microseconds(const std::string& sql);

/// Whether our role may use pg_terminate_backend(), which some take from all. Without it, what would be ended is waited
/// for.
bool may_end_sessions(postgres_connection& c);

}  // namespace ingest::detail
