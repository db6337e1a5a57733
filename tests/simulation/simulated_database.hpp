#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/page_set.hpp"
#include "ingest/postgres.hpp"
#include "postgres/postgres_connection.hpp"
#include "simulation/schedule.hpp"

namespace ingest::testing {

struct pipeline_row {
  std::string run_id, plan, target, disposition;
  bool complete = false;
  std::uint64_t generation = 1, rows_before = 0;
};

struct slice_row {
  std::int64_t fence = 0;
  std::uint64_t pages = 0;
  std::string position;
  bool done = false;
  std::uint64_t rows = 0, duplicates = 0, rejected = 0;
  std::string owner;               ///< whose session has raised the fence; no column of the real table
  std::string worker = {};         ///< who has a lease of it
  std::uint64_t leased_until = 0;  ///< by the database's clock; 0: nobody's
};

struct page_row {
  bool last = false;
  std::uint64_t bytes = 0, rows = 0, crc = 0;
  std::string position;
  std::uint64_t duplicates = 0, rejected = 0;
};

using slice_key = std::pair<std::string, slice_id>;  ///< pipeline, slice
using page_key = std::pair<slice_key, page_id>;

/// The table that people read, of schema public.
inline const std::string simulated_target = "ingested_events";

/// As the catalog knows a table, whatever its name is.
using table_id = int;

/// The events of a table, or what a transaction has changed in them.
struct event_rows {
  bool has_key = false;
  std::map<std::string, std::string> events;  ///< by id, or by their data where they have none
  std::map<std::string, unsigned> copies;     ///< of these, where the table has no key
  std::uint64_t rows_changed = 0;             ///< how often a row took the place of another; in no table

  void apply(const event_rows& changes);
};

/// The staging table of a session.
struct staged_rows {
  struct row {
    std::uint64_t number;
    std::optional<std::string> id;
    std::string data;
  };
  std::vector<row> rows;
  std::uint64_t next_number = 1;
};

/// The tables of a database, or what a transaction has changed in them.
struct tables {
  bool has_ledger = false;
  std::map<std::string, std::optional<table_id>> named;  ///< tables of events; none: the name is free now
  std::map<table_id, event_rows> rows;                   ///< of these
  std::set<std::string> emptied;     ///< pipelines of which a transaction has deleted all; it inserts nothing before
  std::set<page_key> deleted_pages;  ///< before any that were inserted under the same key
  std::map<std::string, pipeline_row> pipelines;
  std::uint64_t rows_forgotten = 0;               ///< that were loaded by what is deleted: no column of the real table
  std::map<std::string, std::string> watermarks;  ///< by pipeline
  std::set<std::string> followed;                 ///< runs, of the one pipeline that there is
  std::set<std::string> given_up;                 ///< others, whose ledger another run has taken; in no table
  std::map<slice_key, slice_row> slices;
  std::map<page_key, page_row> pages;
  std::set<page_key> loaded;     ///< pages that a transaction has entered, also if they are folded since
  std::set<page_key> forgotten;  ///< pages that came to be behind a hole, whose rows stay; in no table
  std::optional<staged_rows> staging;

  /// Adds what a transaction has changed.
  void apply(const tables& changes);

  std::optional<table_id> find(const std::string& name) const;
  std::string name_of(table_id id) const;  ///< empty: there is no such table

  /// Those of a table of this name; none, where there is none.
  const event_rows& rows_of(const std::string& name) const;

  void delete_page(const page_key& key) {
    pages.erase(key);
    deleted_pages.insert(key);
  }
};

/// How strongly a row or key is locked, in the order of PostgreSQL's words for it.
enum class lock_strength { key_share, no_key_update, update };

/// The server's side of a session. It may outlive its client.
struct backend {
  int number = 0;
  std::string owner;
  bool alive = true;
  bool has_client = true;
  bool commit_sent = false;  ///< by a client that is gone: it may yet be carried out
  bool in_transaction = false;
  std::uint64_t began = 0;  ///< the transaction, by the database's clock
  bool failed = false;      ///< the transaction takes nothing but a rollback
  unsigned blocked = 0;
  tables made;
  std::optional<tables> savepoint;
  std::optional<tables> snapshot;  ///< what a REPEATABLE READ transaction sees
  std::map<std::string, lock_strength> locks;
};

/// A PostgreSQL server as far as the sink can tell: transactions with one level of savepoints, locks of rows, keys and
/// the advisory kind, COPY, and sessions that outlive their clients. One thread runs everything, so nobody can really
/// wait: where a statement would, the schedule decides what becomes of the session in its way.
class simulated_database {
 public:
  explicit simulated_database(schedule& s, disposition write = disposition::skip) : schedule_(s), write_(write) {}

  /// How its table is loaded: it has no key where records are appended.
  disposition write() const { return write_; }

  /// Makes the table that people read, with events that were loaded before any run.
  void load_earlier(const std::map<std::string, std::string>& events);

  /// Called with what a transaction of `owner` has changed, when it is committed.
  std::function<void(const tables& changes, const std::string& owner)> on_commit = [](const auto&, const auto&) {};

  /// Throws detail::database_error while the server is away.
  std::shared_ptr<backend> connect(const std::string& owner);

  /// Runs one statement that a client has sent. Throws detail::database_error.
  detail::query_result execute(backend& b, const std::string& sql, const std::vector<std::string>& parameters);

  /// COPY … FROM STDIN with all its rows; returns their number.
  std::uint64_t copy(backend& b, const std::string& sql, const std::string& rows);

  /// Its client is gone, perhaps having sent a COMMIT. The session ends now, or lives on for a while.
  void lose_client(backend& b, bool commit_sent);

  /// Its client says goodbye: what is open is rolled back.
  void close(backend& b);

  /// All clients of a process are gone.
  void lose_clients(const std::string& owner);

  /// The server gives a statement up, for a reason that is not the statement's. A COMMIT rolls back then.
  [[noreturn]] void refuse(backend& b, const std::string& sqlstate, bool is_commit);

  /// All sessions die, and what was not committed is gone. Then `refused` attempts to connect fail.
  void restart(unsigned refused);

  /// Time passes: sessions without clients may end.
  void settle();

  /// The one clock that leases go by: a statement takes a millisecond.
  void pass_time(std::uint64_t milliseconds) { now_ += milliseconds; }

  /// Ends all sessions without clients, at last.
  void settle_all();

  const tables& committed() const { return committed_; }

 private:
  friend class simulated_statements;

  void commit(backend& b);
  void roll_back(backend& b);
  void end(backend& b, bool commits);
  void resolve(backend& b);

  /// Makes room for `waiter` where `holder` is in its way, or throws a lock time-out.
  void wait_for(backend& waiter, backend& holder);
  void lock(backend& b, const std::string& what, lock_strength strength);
  bool is_locked(const backend& b, const std::string& what, lock_strength strength);
  [[noreturn]] void fail(backend& b, const std::string& sqlstate, const std::string& message,
                         const std::string& context = "", const std::string& column = "");

  /// The other open transaction that `has` something, or null.
  backend* other(const backend& b, const std::function<bool(const backend&)>& has);

  schedule& schedule_;
  const disposition write_;
  tables committed_;
  std::vector<std::shared_ptr<backend>> backends_;
  int last_number_ = 0;
  table_id last_table_ = 0;
  unsigned refused_ = 0;
  std::uint64_t now_ = 1;
};

}  // namespace ingest::testing
