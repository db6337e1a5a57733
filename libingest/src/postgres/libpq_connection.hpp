#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "ingest/stop.hpp"
#include "postgres/database_address.hpp"
#include "postgres/postgres_connection.hpp"
#include "postgres/postgres_error.hpp"

namespace ingest::detail {

/// A connection to a real server. Never blocks longer than its limits, and no longer than a moment once a stop is
/// requested.
class libpq_connection final : public postgres_connection {
 public:
  struct limits {
    std::chrono::milliseconds connect;
    std::chrono::milliseconds io;  ///< of silence while an answer or room in the socket is waited for
    /// Longest pause inside a transaction, after which the server takes it back. None: as `io`.
    std::optional<std::chrono::milliseconds> idle = {};
    bool has_name = false;  ///< others go by the application's name: the URL does not change it
  };

  libpq_connection(const database_address& to, const std::string& application, limits l, std::stop_token stop);

  query_result execute(const std::string& sql, const std::vector<std::string>& parameters = {}) override;
  void run(const std::string& sql) override;
  void begin_copy(const std::string& sql) override;
  void put(std::string_view bytes) override;
  std::uint64_t end_copy() override;
  bool usable() const override { return !broken_ && PQstatus(connection_.get()) == CONNECTION_OK; }
  void be_patient() override { limits_.io = std::chrono::hours(24 * 365); }
  std::string begin(std::string_view isolation) const override;
  void obey(std::stop_token stop) override;
  std::string quoted(const std::string& identifier) const override;
  std::string literal(const std::string& text) const override;

 private:
  using clock = std::chrono::steady_clock;
  using server_answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;

  void connect(const std::string& application);
  void check_version() const;
  server_answer next_answer();
  server_answer last_answer();
  void drain();
  void flush();
  short wait_for_socket(short events, clock::time_point deadline);
  database_error failure(const PGresult* failed);
  database_error connect_failure() const;
  [[noreturn]] void lose(const std::string& why);

  const database_address& database_;
  limits limits_;
  std::stop_token stop_;
  std::optional<stop_event> stopped_;
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
  bool broken_ = false;
};

}  // namespace ingest::detail
