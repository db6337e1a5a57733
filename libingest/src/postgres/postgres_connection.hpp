#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/postgres_error.hpp"
#include "postgres/query_result.hpp"

namespace ingest::detail {

/// Names a transaction: a server process runs one at a time, and poolers have it run those of many clients.
struct server_transaction {
  std::string process;
  std::string began;
};

/// A connection to a database, as the sink uses it. A call may block, but ends soon after a stop is requested, by
/// throwing errc::cancelled. All other errors are database_error. One thread at a time. Destroying it closes
/// the connection, on which the server rolls an open transaction back.
class postgres_connection {
 public:
  postgres_connection() = default;
  postgres_connection(const postgres_connection&) = delete;
  postgres_connection& operator=(const postgres_connection&) = delete;
  virtual ~postgres_connection() = default;

  /// Runs one statement. Parameters are text; the server infers their types.
  virtual query_result execute(const std::string& sql, const std::vector<std::string>& parameters = {}) = 0;

  /// Runs statements without parameters, separated by semicolons.
  virtual void run(const std::string& sql) = 0;

  /// COPY … FROM STDIN: begin_copy, put any number of times, end_copy, which returns how many rows went in. Where
  /// end_copy throws something refused, the connection stays usable.
  virtual void begin_copy(const std::string& sql) = 0;
  virtual void put(std::string_view bytes) = 0;
  virtual std::uint64_t end_copy() = 0;

  /// False once the connection is lost or was left in the middle of something.
  virtual bool usable() const = 0;

  /// From now on silence is no sign of a loss: for statements that may take the server hours. That its host is gone,
  /// TCP's keepalives still tell.
  virtual void be_patient() = 0;

  /// The statements that begin a transaction, whose settings are its own: a pooler would hand on those of a session.
  virtual std::string begin(std::string_view isolation) const = 0;
  std::string begin() const { return begin("READ COMMITTED"); }

  /// From now on it is this stop that ends its calls.
  virtual void obey(std::stop_token stop) = 0;

  /// An SQL identifier in quotes.
  virtual std::string quoted(const std::string& identifier) const = 0;

  /// A string constant in quotes.
  virtual std::string literal(const std::string& text) const = 0;
};

/// Connects, or throws database_error. The application's name is for the server's list of sessions.
using connection_factory =
    std::function<std::unique_ptr<postgres_connection>(const std::string& application, std::stop_token stop)>;

}  // namespace ingest::detail
