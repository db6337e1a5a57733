#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulation/simulated_database.hpp"

namespace ingest::testing {

/// What the statements of the sink do to a simulated database. Those that name the table's columns are known by what
/// the table's shape writes for each, all others by how they begin. Any other is a defect of the simulator, which then
/// throws std::logic_error.
class simulated_statements {
 public:
  simulated_statements(simulated_database& database, backend& b) : db_(database), b_(b) {}

  detail::query_result execute(const std::string& sql, const std::vector<std::string>& parameters);
  std::uint64_t copy(const std::string& sql, const std::string& lines);

 private:
  using parameters = std::vector<std::string>;
  using rows = std::vector<detail::query_result::row_values>;

  [[noreturn]] static void unknown(const std::string& sql);
  void run(const std::string& sql);
  bool run_transaction_statement(const std::string& sql);
  void take_advisory_lock(const std::string& sql);
  bool tries_advisory_lock(const std::string& sql);
  rows query(const std::string& sql, const parameters& p);
  rows query_pipeline(const std::string& sql, const parameters& p);
  detail::query_result change(const std::string& sql, const parameters& p);
  detail::query_result update_pipeline(const std::string& sql, const parameters& p);

  // Of the slices and pages of a ledger, in simulated_ledger.cpp
  rows query_slices(const std::string& sql, const parameters& p);
  rows query_all_slices(const std::string& sql, const std::string& pipeline);
  rows query_pages(const parameters& p);
  rows query_sums(const std::string& pipeline);
  rows query_words(const std::string& pipeline);
  rows lock_slices(const std::string& sql, const parameters& p);
  detail::query_result enter_pages(const parameters& p);
  detail::query_result enter_slices(const parameters& p);
  detail::query_result claim_slices(const parameters& p);
  detail::query_result forget_pages(const parameters& p);
  detail::query_result count_pages_in(const parameters& p);
  detail::query_result withdraw_pages(const parameters& p);
  detail::query_result fold_pages(const std::string& sql, const parameters& p);
  bool fold_slice(const slice_key& key);
  void record_losses(const parameters& p);

  // Of leases of slices, in simulated_leases.cpp
  std::optional<rows> query_leases(const std::string& sql, const parameters& p);
  bool is_free(const slice_row& s) const { return s.worker.empty() || s.leased_until < db_.now_; }
  bool is_meant(const std::string& sql, const slice_row& s, const parameters& p) const;
  detail::query_result change_leases(const std::string& sql, const parameters& p);
  rows look_for_work(const parameters& p);
  rows end_transactions_of(const std::vector<std::string>& applications, std::uint64_t term);

  using table_statement = detail::query_result (simulated_statements::*)(const parameters&);
  static const std::map<std::string, table_statement>& table_statements();
  detail::query_result create_table(const parameters& p);
  detail::query_result find_key(const parameters& p);
  detail::query_result create_staging(const parameters& p);
  detail::query_result number_from(const parameters& p);
  detail::query_result index_staging(const parameters& p);
  detail::query_result merge(const parameters& p);
  detail::query_result merge_last(const parameters& p);
  detail::query_result change_nothing(const parameters& p);
  detail::query_result find_differing(const parameters& p);
  rows columns_of_table(const std::string& oid) const;

  // Of tables as such, in simulated_catalog.cpp
  std::string about_target(const std::string& sql);
  std::optional<table_id> id_of(const std::string& quoted) const;
  table_id require(const std::string& quoted);
  table_id touch(const std::string& quoted, lock_strength strength);
  std::optional<rows> query_catalog(const std::string& sql, const parameters& p);
  std::optional<rows> query_statements(const std::string& sql, const parameters& p);
  bool run_table_statement(const std::string& sql);
  table_id make_table(const std::string& name, bool has_key);
  void free_name(const std::string& name) { b_.made.named[name] = std::nullopt; }

  /// The database as this transaction sees it.
  tables seen() const;
  bool has_key(table_id id) const;
  event_rows& changed_rows() { return b_.made.rows[touch(at_, lock_strength::key_share)]; }
  bool sees_event(const std::string& id);
  bool appends() const { return db_.write() == disposition::append; }
  void require_id(const std::optional<std::string>& id, const std::string& context);
  void await_event(const std::string& id);
  void insert_event(const std::string& id, const std::string& data);
  void append_event(const std::optional<std::string>& id, const std::string& data);
  detail::query_result done(const std::string& tag);

  simulated_database& db_;
  backend& b_;
  std::string at_ = simulated_target;  ///< the table that the statement loads or reads
};

/// The elements of a one-dimensional array's text.
std::vector<std::string> array_elements(const std::string& text);

/// What a slice's row is locked by.
std::string row_of(const slice_key& key);

/// The slices that the second and third parameter name, in the order of their names, each once.
std::vector<slice_key> named_slices_of(const std::vector<std::string>& parameters);

}  // namespace ingest::testing
