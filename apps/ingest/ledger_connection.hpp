#pragma once

#include "postgres/database_address.hpp"
#include "postgres/libpq_connection.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

/// The database with the ledger, for commands that look at it or change it, and load nothing.
class ledger_connection {
 public:
  /// Connects. Throws errc::unavailable where nothing answers.
  explicit ledger_connection(const settings& s)
      : address_(s.database_url), connection_(address_, "ingest", {s.connect_timeout, s.database_io_timeout}, {}) {}

  detail::postgres_connection& operator*() { return connection_; }
  detail::postgres_connection* operator->() { return &connection_; }

 private:
  detail::database_address address_;
  detail::libpq_connection connection_;
};

}  // namespace ingest::app
