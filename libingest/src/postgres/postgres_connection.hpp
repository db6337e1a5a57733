#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/stop.hpp"
#include "postgres/postgres_endpoint.hpp"
#include "postgres/postgres_error.hpp"

namespace ingest::detail {

/// The rows that a statement returned.
class query_result {
 public:
  explicit query_result(PGresult* r) : result_(r, PQclear) {}

  std::size_t rows() const { return static_cast<std::size_t>(PQntuples(result_.get())); }
  bool empty() const { return rows() == 0; }
  std::string text(std::size_t row, int column) const;
  std::int64_t number(std::size_t row, int column) const;
  bool truth(std::size_t row, int column) const { return text(row, column) == "t"; }
  bool null(std::size_t row, int column) const;

  /// The command's tag, as "COMMIT", and the number of rows in it.
  std::string_view tag() const { return PQcmdStatus(result_.get()); }
  std::uint64_t affected() const;

  const PGresult* raw() const { return result_.get(); }

 private:
  std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

/// Names a server process beyond its end: process ids are used again.
struct server_session {
  std::string process;
  std::string started;
};

/// A connection that never blocks longer than its limits, and no longer than a moment once a stop is requested (then
/// it throws errc::cancelled). All other errors are database_error. One thread at a time. Destroying it closes
/// the connection, on which the server rolls an open transaction back.
class postgres_connection {
 public:
  struct limits {
    std::chrono::milliseconds connect;
    std::chrono::milliseconds io;  ///< of silence while an answer or room in the socket is waited for
  };

  postgres_connection(const postgres_endpoint& to, const std::string& application, limits l, std::stop_token stop);

  /// Runs one statement. Parameters are text; the server infers their types.
  query_result execute(const std::string& sql, const std::vector<std::string>& parameters = {});

  /// Runs statements without parameters, separated by semicolons.
  void run(const std::string& sql);

  /// COPY … FROM STDIN: begin_copy, put any number of times, end_copy, which returns how many rows went in. Where
  /// end_copy throws something refused, the connection stays usable.
  void begin_copy(const std::string& sql);
  void put(std::string_view bytes);
  std::uint64_t end_copy();

  /// False once the connection is lost or was left in the middle of something.
  bool usable() const { return !broken_ && PQstatus(connection_.get()) == CONNECTION_OK; }

  const server_session& session() const { return session_; }

  /// An SQL identifier in quotes.
  std::string quoted(const std::string& identifier) const;

  /// A string constant in quotes.
  std::string literal(const std::string& text) const;

 private:
  using clock = std::chrono::steady_clock;

  void connect(const std::string& application);
  void set_up_session();
  query_result next_result();
  query_result last_result();
  void drain();
  void flush();
  short wait_for_socket(short events, clock::time_point deadline);
  database_error failure(const PGresult* failed);
  database_error connect_failure() const;
  [[noreturn]] void lose(const std::string& why);

  const postgres_endpoint& endpoint_;
  limits limits_;
  std::stop_token stop_;
  stop_event stopped_;
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
  server_session session_;
  bool broken_ = false;
};

}  // namespace ingest::detail
