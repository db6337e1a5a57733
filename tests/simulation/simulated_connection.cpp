#include "simulation/simulated_connection.hpp"

#include <array>
#include <stdexcept>

#include "ingest/stop.hpp"

namespace ingest::testing {

using detail::database_error;
using detail::query_result;

namespace {

constexpr std::size_t shown_length = 60;
constexpr std::uint64_t most_refused = 6;

std::string shown(const std::string& sql) {
  const std::size_t first = std::min(sql.find_first_not_of('\n'), sql.size());
  return sql.substr(first, std::min(sql.find('\n', first) - first, shown_length));
}

}  // namespace

simulated_connection::simulated_connection(schedule& s, simulated_database& database, simulated_process& client,
                                           std::stop_token stop)
    : schedule_(s), database_(database), client_(client), stop_(std::move(stop)) {
  client_.survive("connecting to the database");
  throw_if_stopped(stop_);
  database_.settle();
  if (schedule_.occurs(fault::server_away, "when " + client_.name() + " connects")) {
    database_.restart(1 + static_cast<unsigned>(schedule_.draw(most_refused)));
  }
  backend_ = database_.connect(client_.name());
  client_.note("connects as session " + std::to_string(backend_->number));
}

simulated_connection::~simulated_connection() {
  if (!client_.dead()) {
    database_.close(*backend_);
  }
}

template <class Work>
auto simulated_connection::talk(const std::string& sql, Work work) {
  before(sql);
  try {
    auto result = work();
    endanger(sql, " after ");
    return result;
  } catch (const std::logic_error& e) {
    schedule_.violate(e.what());
    throw;
  }
}

query_result simulated_connection::execute(const std::string& sql, const std::vector<std::string>& parameters) {
  return talk(sql, [&] { return database_.execute(*backend_, sql, parameters); });
}

void simulated_connection::begin_copy(const std::string& sql) {
  copy_sql_ = sql;
  copied_.clear();
}

std::uint64_t simulated_connection::end_copy() {
  return talk(copy_sql_, [&] { return database_.copy(*backend_, copy_sql_, copied_); });
}

void simulated_connection::before(const std::string& sql) {
  client_.require_alive();
  if (stop_.stop_requested()) {
    broken_ = true;
    database_.lose_client(*backend_, false);
    throw_if_stopped(stop_);
  }
  database_.settle();
  client_.meanwhile();
  client_.require_alive();
  if (schedule_.occurs(fault::process_paused, client_.name() + " before " + shown(sql))) {
    client_.while_paused();
    client_.require_alive();
  }
  endanger(sql, " before ");
  if (broken_ || !backend_->alive) {
    lose("terminating connection due to administrator command");
  }
  client_.note("session " + std::to_string(backend_->number) + ": " + shown(sql));
  if (schedule_.occurs(fault::statement_failed, shown(sql))) {
    fail_statement(sql);
  }
}

void simulated_connection::fail_statement(const std::string& sql) {
  static const std::array<const char*, 6> states = {"40001", "40P01", "57014", "53100", "55P03", "57P03"};
  database_.refuse(*backend_, states.at(schedule_.draw(states.size())), sql == "COMMIT");
}

/// What can happen to a statement on its way, and to its answer on the way back.
void simulated_connection::endanger(const std::string& sql, const char* when) {
  const std::string where = client_.name() + when + shown(sql);
  const bool commit_sent = sql == "COMMIT";
  if (client_.dies(where)) {
    database_.lose_client(*backend_, commit_sent);
    client_.require_alive();
  }
  if (schedule_.occurs(fault::connection_lost, where)) {
    database_.lose_client(*backend_, commit_sent);
    lose("the connection was cut");
  }
  if (schedule_.occurs(fault::server_restarted, where)) {
    database_.restart(static_cast<unsigned>(schedule_.draw(most_refused)));
    lose("the server was stopped");
  }
}

void simulated_connection::lose(const std::string& why) {
  broken_ = true;
  throw database_error::lost(why, "simulated database");
}

}  // namespace ingest::testing
