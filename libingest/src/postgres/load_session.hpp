#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>

#include "ingest/postgres.hpp"
#include "postgres/connection_pool.hpp"
#include "postgres/database_address.hpp"
#include "postgres/live_table.hpp"
#include "postgres/postgres_ledger.hpp"
#include "postgres/postgres_outage.hpp"
#include "postgres/postgres_table.hpp"
#include "postgres/rejects_file.hpp"
#include "postgres/staged_load.hpp"

namespace ingest::detail {

/// What is known of a run once its target is open.
struct opened_target {
  run_identity identity;
  ledger_view ledger;  ///< at that time
  target_table target;
  std::string first_transaction;  ///< as detail::first_transaction() says
};

/// What the loaders of one run share: options, connections, the open target, fences. Thread-safe.
class load_session {
 public:
  /// Connections are libpq's unless a factory makes others, as simulations do. Records become rows by `shape`,
  /// or else as the options say.
  explicit load_session(postgres_options o, connection_factory connect = nullptr,
                        std::optional<table_shape> shape = std::nullopt);

  const postgres_options& options() const { return options_; }
  const database_address& database() const { return database_; }
  const table_name& table() const { return table_; }
  const table_shape& shape() const { return shape_; }
  outage_log& outages() { return outages_; }
  rejects_file& rejects() { return rejects_; }

  /// A connection for a while; may have to wait for another loader's.
  connection_pool::lease connect(std::stop_token stop) { return connections_.borrow(std::move(stop)); }
  database_retries retries(std::stop_token stop) { return {options_, database_.shown(), outages_, std::move(stop)}; }

  void expect(run_identity who, bool replace);
  void compare_with(known_pages pages);

  /// Opens the target over `c`, unless that is done; waits while another thread is at it. Tries once: throws
  /// database_error and leaves `c` in an open transaction if it fails.
  const opened_target& ensure_open(postgres_connection& c, std::stop_token stop);

  const opened_target* opened() const;

  /// The table with the columns that it has by now. After ensure_open().
  live_table& live() { return live_; }

  /// The fences of slices that are to be loaded, over `c`, which must not be in a transaction. A slice that was read
  /// without the ledger having been asked is made our own first: errc::locked if it has pages then that nobody knew of.
  slice_fences fences_of(postgres_connection& c, const std::vector<page>& pages);

  /// Of all slices that were made our own, but for most of those that have ended.
  slice_fences all_fences() const;

  /// Slices whose last page is committed, with all before it. Their fences are forgotten in time: nobody raises them
  /// any more, and only a loader that takes over a range which was being loaded asks for one.
  void note_ended(const std::vector<slice_id>& slices);

  /// Makes slices our own that are to be read, over `c`, and tells where they stand, as run_ledger::claim() says.
  std::vector<slice_progress> claim(postgres_connection& c, std::span<const slice_id> slices);

  /// Slices that were leased, and have not ended yet.
  std::vector<slice_id> leased() const;

  /// Throws errc::locked if `view` shows that another process has taken over what was ours before it was read.
  void check_still_ours(const std::optional<ledger_view>& view, const slice_fences& fences) const;

  /// True once.
  bool tells_of_lacking_version() { return !lacking_version_told_.exchange(true); }

  void note_refused_emptiness() { refused_emptiness_ = true; }
  bool has_refused_emptiness() const { return refused_emptiness_; }

  void expect_slices(std::uint64_t count);
  std::uint64_t expected_slices() const;

  void complete_with(std::string watermark);
  void complete_with_slices();
  run_watermarks watermarks() const;

  /// Throws errc::config if what has the ledger's names is none, or grants are missing.
  void require_access(postgres_connection& c) const;

  /// Creates and checks the tables inside the caller's transaction. `run_id` is the run's, if there is one: that fills
  /// a table of its own where it is to replace another.
  target_table prepare(postgres_connection& c, const std::string& run_id = "") const {
    return prepare_tables(c, table_, shape_, options_, run_id);
  }

  /// Somebody has altered the table since `seen`.
  void look_at_table_again(postgres_connection& c, const std::shared_ptr<const target_table>& seen);

  /// The last pages that the data directory knew of at the start: without them the run is not complete.
  std::map<slice_id, page_id> known_last_pages() const;

  /// Runs `work`, which completes the run and returns its rows, unless it has been completed; one loader at a time.
  /// `work` can be interrupted, and so can those who wait for it.
  void complete_once(const std::function<counted_rows()>& work);
  std::optional<counted_rows> completed() const;

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
    std::shared_ptr<const known_pages> pages;  // none: nobody has told
  };

  std::unique_ptr<postgres_connection> make_connection(std::stop_token stop);
  opened_target open(postgres_connection& c, const expectation& e) const;
  std::vector<slice_id> without_fence(std::span<const slice_id> slices) const;
  std::vector<ledger_slice> claim_in_transaction(postgres_connection& c, std::span<const slice_id> slices,
                                                 bool ledger_seen);
  std::vector<ledger_slice> lease_in_transaction(postgres_connection& c, std::span<const slice_id> slices);

  const postgres_options options_;
  const database_address database_;
  const table_name table_;
  const table_shape shape_;
  const connection_factory connect_;
  outage_log outages_;
  connection_pool connections_;
  rejects_file rejects_;
  live_table live_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool opening_ = false;
  std::optional<expectation> expected_;
  std::mutex claiming_;  // taken before mutex_
  std::mutex completing_;
  std::optional<counted_rows> completed_;
  std::shared_ptr<const known_pages> known_pages_;  // pages in the order of slices
  slice_fences fences_;                             // of slices that are ours
  std::set<slice_id> leased_;                       // those of them that have not ended, where there are leases
  std::deque<slice_id> ended_;                      // those of them that ended last
  std::atomic<bool> refused_emptiness_{false};
  std::atomic<bool> lacking_version_told_{false};
  std::uint64_t expected_slices_ = 0;
  run_watermarks watermarks_;
  refused_alike last_refused_;
  std::string first_reject_;             ///< why
  std::optional<opened_target> opened_;  // set once, never changed after
};

}  // namespace ingest::detail
