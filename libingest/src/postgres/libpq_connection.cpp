#include "postgres/libpq_connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace ingest::detail {

namespace {

constexpr int least_version = 13;
constexpr int first_with_transaction_timeout = 17;

/// A message of libpq on one line.
std::string on_one_line(std::string_view text) {
  // The verbose form, needed for its SQLSTATE, ends in a line about PostgreSQL's source code.
  text = text.substr(0, text.find("\nLOCATION:"));
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == '\t' || c == ' ';
    if (!space || (!line.empty() && line.back() != ' ')) {
      line += c == '\n' || c == '\t' ? ' ' : c;
    }
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

void ignore_notice(void*, const PGresult*) {}

query_result value_of(const PGresult* r) {
  std::vector<query_result::row_values> rows(static_cast<std::size_t>(PQntuples(r)));
  const int columns = PQnfields(r);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int row = static_cast<int>(i);
    for (int column = 0; column < columns; ++column) {
      auto& value = rows[i].emplace_back();
      if (PQgetisnull(r, row, column) == 0) {
        value.emplace(PQgetvalue(r, row, column), static_cast<std::size_t>(PQgetlength(r, row, column)));
      }
    }
  }
  return {std::move(rows), PQcmdStatus(const_cast<PGresult*>(r))};  // libpq's signature lacks a const
}

std::string text_of(std::chrono::milliseconds t) {
  return std::to_string(t.count());
}

}  // namespace

libpq_connection::libpq_connection(const database_address& to, const std::string& application, limits l,
                                   std::stop_token stop)
    : database_(to),
      limits_(l),
      stop_(std::move(stop)),
      stopped_(std::in_place, stop_),
      connection_(nullptr, PQfinish) {
  throw_if_stopped(stop_);
  connect(application);
  check_version();
}

void libpq_connection::connect(const std::string& application) {
  const std::string silence = text_of(limits_.io);
  // What stands before dbname, the URL may change; what stands behind it, not.
  const char* const by_which_others_know_us = limits_.has_name ? "application_name" : nullptr;
  const std::array<const char*, 9> keywords{"application_name",    "tcp_user_timeout",      "keepalives_idle",
                                            "keepalives_interval", "keepalives_count",      "dbname",
                                            "client_encoding",     by_which_others_know_us, nullptr};
  const std::array<const char*, 9> values{
      application.c_str(), silence.c_str(), "30", "10", "3", database_.url().c_str(), "UTF8",
      application.c_str(), nullptr};
  connection_.reset(PQconnectStartParams(keywords.data(), values.data(), 1));
  if (!connection_) {
    throw std::bad_alloc();
  }
  PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
  PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
  const auto deadline = clock::now() + limits_.connect;
  if (PQstatus(connection_.get()) == CONNECTION_BAD) {
    throw connect_failure();
  }
  short awaited = POLLOUT;
  for (;;) {
    wait_for_socket(awaited, deadline);
    const PostgresPollingStatusType status = PQconnectPoll(connection_.get());
    if (status == PGRES_POLLING_OK) {
      break;
    }
    if (status == PGRES_POLLING_FAILED) {
      throw connect_failure();
    }
    awaited = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
  }
  if (PQsetnonblocking(connection_.get(), 1) != 0) {
    lose(PQerrorMessage(connection_.get()));
  }
  PQsetErrorVerbosity(connection_.get(), PQERRORS_DEFAULT);
}

database_error libpq_connection::connect_failure() const {
  const std::string raw = PQerrorMessage(connection_.get());
  const std::string message = database_.without_password(on_one_line(raw));
  const std::string prefix = "cannot connect to " + database_.shown();
  database_error::diagnostics told{sqlstate_in(raw), message, "", "", ""};
  if (told.sqlstate.empty() && PQconnectionNeedsPassword(connection_.get()) != 0) {
    told.sqlstate = "28P01";
  }
  if (told.sqlstate.empty() && message.starts_with("invalid ")) {
    told.sqlstate = "42000";  // libpq rejects a setting in the URL, before it tries to connect
  }
  return told.sqlstate.empty() ? database_error::lost(message, prefix) : database_error(told, prefix);
}

void libpq_connection::check_version() const {
  const int version = PQserverVersion(connection_.get());
  if (version < least_version * 10'000) {
    throw error(errc::config, database_.shown() + " is PostgreSQL " + std::to_string(version / 10'000) +
                                  ", too old: version " + std::to_string(least_version) + " or later is needed");
  }
}

std::string libpq_connection::begin(std::string_view isolation) const {
  using std::chrono::milliseconds;
  // Shorter than our own patience with the socket, so that a wait for a lock is not taken for a dead server.
  const auto lock_timeout = std::clamp(limits_.io / 2, milliseconds(100), milliseconds(5000));
  const auto idle_timeout =
      limits_.idle.value_or(std::clamp(limits_.io, milliseconds(10'000), milliseconds(std::chrono::hours(24))));
  const auto setting = [](const std::string& name, const std::string& value) {
    return "set_config('" + name + "', '" + value + "', true), ";
  };
  std::string text = "BEGIN ISOLATION LEVEL " + std::string(isolation) + "; SELECT ";
  text += setting("statement_timeout", "0");
  text += setting("lock_timeout", text_of(lock_timeout));
  text += setting("idle_in_transaction_session_timeout", text_of(idle_timeout));
  if (PQserverVersion(connection_.get()) >= first_with_transaction_timeout * 10'000) {
    text += setting("transaction_timeout", "0");
  }
  text += setting("tcp_keepalives_idle", "30") + setting("tcp_keepalives_interval", "10");
  text += setting("tcp_keepalives_count", "3");
  // Whoever asks for more than "on" (remote_apply) gets it; nobody gets less.
  return text +
         "CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') "
         "THEN set_config('synchronous_commit', 'on', true) END; ";
}

void libpq_connection::obey(std::stop_token stop) {
  if (stop != stop_) {
    stop_ = std::move(stop);
    stopped_.emplace(stop_);
  }
}

query_result libpq_connection::execute(const std::string& sql, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const std::string& p : parameters) {
    if (p.find('\0') != std::string::npos) {
      throw error(errc::bad_data, "a NUL byte in the position or the name of something: PostgreSQL cannot keep it");
    }
    values.push_back(p.c_str());
  }
  if (PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                        nullptr, nullptr, 0) == 0) {
    lose(PQerrorMessage(connection_.get()));
  }
  flush();
  return value_of(last_answer().get());
}

void libpq_connection::run(const std::string& sql) {
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) {
    lose(PQerrorMessage(connection_.get()));
  }
  flush();
  last_answer();
}

void libpq_connection::begin_copy(const std::string& sql) {
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) {
    lose(PQerrorMessage(connection_.get()));
  }
  flush();
  const server_answer r = next_answer();
  if (PQresultStatus(r.get()) != PGRES_COPY_IN) {
    drain();
    throw failure(r.get());
  }
}

void libpq_connection::put(std::string_view bytes) {
  constexpr std::size_t piece = 256 << 10;  // bounds what libpq keeps in memory
  while (!bytes.empty()) {
    const std::string_view now = bytes.substr(0, piece);
    const int queued = PQputCopyData(connection_.get(), now.data(), static_cast<int>(now.size()));
    if (queued < 0) {
      lose(PQerrorMessage(connection_.get()));
    }
    if (queued > 0) {
      bytes.remove_prefix(now.size());
    }
    flush();
  }
}

std::uint64_t libpq_connection::end_copy() {
  if (PQputCopyEnd(connection_.get(), nullptr) < 0) {
    lose(PQerrorMessage(connection_.get()));
  }
  flush();
  return std::strtoull(PQcmdTuples(last_answer().get()), nullptr, 10);
}

void libpq_connection::flush() {
  for (;;) {
    const int pending = PQflush(connection_.get());
    if (pending == 0) {
      return;
    }
    if (pending < 0) {
      lose(PQerrorMessage(connection_.get()));
    }
    // The server may be unable to read on before we have read what it sends.
    const short ready = wait_for_socket(POLLIN | POLLOUT, clock::now() + limits_.io);
    if ((ready & POLLIN) != 0 && PQconsumeInput(connection_.get()) == 0) {
      lose(PQerrorMessage(connection_.get()));
    }
  }
}

libpq_connection::server_answer libpq_connection::next_answer() {
  while (PQisBusy(connection_.get()) != 0) {
    wait_for_socket(POLLIN, clock::now() + limits_.io);
    if (PQconsumeInput(connection_.get()) == 0) {
      lose(PQerrorMessage(connection_.get()));
    }
  }
  return {PQgetResult(connection_.get()), PQclear};
}

libpq_connection::server_answer libpq_connection::last_answer() {
  server_answer last(nullptr, PQclear);
  for (server_answer next = next_answer(); next; next = next_answer()) {
    const ExecStatusType status = PQresultStatus(next.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      drain();
      throw failure(next.get());
    }
    last = std::move(next);
  }
  return last;
}

void libpq_connection::drain() {
  while (next_answer()) {
  }
}

short libpq_connection::wait_for_socket(short events, clock::time_point deadline) {
  for (;;) {
    std::array<pollfd, 2> waits{{{PQsocket(connection_.get()), events, 0}, {stopped_->fd(), POLLIN, 0}}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
    const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(std::clamp<long long>(left, 0, 1 << 30)));
    if (waits[1].revents != 0) {
      broken_ = true;
      throw error(errc::cancelled, "stop requested");
    }
    if (waits[0].revents != 0) {
      return waits[0].revents;
    }
    if (ready == 0 && left <= 0) {
      lose("no answer in time");
    }
    if (ready < 0 && errno != EINTR) {
      lose(std::string("poll: ") + std::strerror(errno));
    }
  }
}

database_error libpq_connection::failure(const PGresult* failed) {
  auto told = diagnostics_of(failed);
  told.message = database_.without_password(told.message);
  if (PQstatus(connection_.get()) != CONNECTION_OK || told.sqlstate.empty()) {
    broken_ = true;
    return database_error::lost(on_one_line(PQresultErrorMessage(failed)), database_.shown());
  }
  return {told, database_.shown()};
}

void libpq_connection::lose(const std::string& why) {
  broken_ = true;
  throw database_error::lost(database_.without_password(on_one_line(why)), database_.shown());
}

std::string libpq_connection::quoted(const std::string& identifier) const {
  const std::unique_ptr<char, void (*)(void*)> text(
      PQescapeIdentifier(connection_.get(), identifier.data(), identifier.size()), PQfreemem);
  if (!text) {
    throw error(errc::config, "\"" + identifier + "\" cannot be a name: it is no valid UTF-8");
  }
  return text.get();
}

std::string libpq_connection::literal(const std::string& text) const {
  const std::unique_ptr<char, void (*)(void*)> quoted_text(PQescapeLiteral(connection_.get(), text.data(), text.size()),
                                                           PQfreemem);
  if (!quoted_text) {
    throw error(errc::config, "\"" + text + "\" cannot be a name: it is no valid UTF-8");
  }
  return quoted_text.get();
}

}  // namespace ingest::detail
