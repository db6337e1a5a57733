#include "postgres/lost_transaction.hpp"

namespace ingest::detail {

void settle_lost(postgres_connection& c, const lost_transaction& lost, const std::string& database) {
  const std::string still_there =
      " FROM pg_stat_activity WHERE pid = $1::int AND " + in_microseconds("xact_start") + " = $2::bigint";
  if (lost.commit_sent) {
    const query_result wait = c.execute("SELECT wait_event" + still_there, {lost.it.process, lost.it.began});
    if (!wait.empty() && wait.text(0, 0) == "SyncRep") {
      throw database_error::busy("a COMMIT is waiting for its synchronous standby (synchronous_standby_names)",
                                 database);
    }
  } else if (may_end_sessions(c)) {
    c.execute("SELECT pg_terminate_backend(pid)" + still_there, {lost.it.process, lost.it.began});
  }
}

bool may_end_sessions(postgres_connection& c) {
  return c
      .execute(
          "SELECT bool_and(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = "
          "'pg_terminate_backend' AND pronamespace = 'pg_catalog'::regnamespace")
      .truth(0, 0);
}

std::string in_microseconds(const std::string& sql) {
  return "(extract(epoch FROM " + sql + ") * 1000000)::bigint";
}

}  // namespace ingest::detail
