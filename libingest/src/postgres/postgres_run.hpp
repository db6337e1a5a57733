#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "ingest/postgres.hpp"
#include "postgres/connection_pool.hpp"
#include "postgres/database_address.hpp"
#include "postgres/postgres_ledger.hpp"
#include "postgres/postgres_outage.hpp"
#include "postgres/postgres_table.hpp"
#include "postgres/rejects_file.hpp"
#include "postgres/staged_load.hpp"

namespace ingest::detail {

/// What is known of a run once its target is open.
struct opened_run {
  run_identity identity;
  ledger_view ledger;  ///< at that time
  target_table target;

  std::int64_t fence() const { return ledger.fence; }
};

/// What the loaders of a run share. Thread-safe.
class postgres_run {
 public:
  /// Connections are libpq's unless a factory makes others, as simulations do. Records become rows by `shape`.
  explicit postgres_run(postgres_options o, connection_factory connect = nullptr,
                        table_shape shape = table_shape::of_events());

  const postgres_options& options() const { return options_; }
  const database_address& database() const { return database_; }
  const table_name& table() const { return table_; }
  outage_log& outages() { return outages_; }
  rejects_file& rejects() { return rejects_; }

  /// A connection for a while; may have to wait for another loader's.
  connection_pool::lease connect(std::stop_token stop) { return connections_.borrow(std::move(stop)); }
  database_retries retries(std::stop_token stop) { return {options_, database_.shown(), outages_, std::move(stop)}; }

  void expect(run_identity who, bool replace);
  void compare_with(known_pages pages);

  /// Opens the target over `c`, unless that is done; waits while another thread is at it. Tries once: throws
  /// database_error and leaves `c` in an open transaction if it fails.
  const opened_run& ensure_open(postgres_connection& c, std::stop_token stop);

  const opened_run* opened() const;

  /// Throws errc::config if what has the ledger's names is none, or grants are missing.
  void require_access(postgres_connection& c) const;

  /// Creates and checks the tables inside the caller's transaction.
  target_table prepare(postgres_connection& c) const { return prepare_tables(c, table_, shape_, options_); }

  /// As detail::first_transaction() says; `c` is in a transaction that loads. The database is asked once, and only
  /// where duplicates are compared: to tell, it reads all that the ledger has.
  std::string first_transaction(postgres_connection& c);

  /// Pages up to `last` are loaded, as far as a loader knows.
  void note_loaded(page_id last);

  /// The last page that the data directory knew of at the start, or that was loaded since: without it the run is not
  /// complete.
  page_id last_page() const;

  /// Runs `work`, which completes the run, unless it has been completed; one loader at a time. `work` can be
  /// interrupted, and so can those who wait for it.
  void complete_once(const std::function<void()>& work);

  /// Why the first row of this process was refused, if any was.
  std::string first_reject() const;

  bool limits_rejects() const { return options_.reject_limit != postgres_options().reject_limit; }

  /// What the table has refused alike at the end of the ranges that are committed, whichever loader's.
  refused_alike last_refused() const;
  void note_committed(const load_outcome& done);

  /// Throws errc::bad_data that names `last` if the run's rejected rows, so many by now, exceed the limit.
  void check_rejects(std::uint64_t rejected, const rejected_row& last) const;

 private:
  struct expectation {
    run_identity identity;
    bool replace;
    std::optional<known_pages> pages;
  };

  std::unique_ptr<postgres_connection> make_connection(std::stop_token stop);
  opened_run open(postgres_connection& c, const expectation& e) const;

  const postgres_options options_;
  const database_address database_;
  const table_name table_;
  const table_shape shape_;
  const connection_factory connect_;
  outage_log outages_;
  connection_pool connections_;
  rejects_file rejects_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool opening_ = false;
  std::optional<expectation> expected_;
  std::mutex completing_;
  bool completed_ = false;
  std::optional<known_pages> known_pages_;
  page_id last_loaded_ = 0;
  refused_alike last_refused_;
  std::string first_reject_;                      ///< why
  std::optional<std::string> first_transaction_;  ///< as the database has said
  std::optional<opened_run> opened_;              // set once, never changed after
};

}  // namespace ingest::detail
