#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/copy_encoder.hpp"
#include "postgres/copy_rows.hpp"
#include "postgres/postgres_table.hpp"
#include "postgres/rejects_file.hpp"
#include "postgres/row_attempts.hpp"

namespace ingest::detail {

/// Rows that the table refused with one SQLSTATE, one behind the other, none taken in between.
struct refused_alike {
  std::string sqlstate;
  std::size_t rows = 0;
};

/// What became of the rows of a range.
struct load_outcome {
  std::uint64_t loaded = 0;                ///< they made a row, or changed one
  std::uint64_t duplicates = 0;            ///< their key was there already, and they changed nothing
  std::uint64_t met_under_another_id = 0;  ///< of the duplicates, those to which a trigger gives the id of another row
  std::vector<rejected_row> differing;     ///< of the duplicates, those whose content is not that of the row that stays
  std::vector<rejected_row> rejected;
  kept_apart apart;              ///< in the extra column of a typed table
  bool table_took_some = false;  ///< which breaks off what was refused alike in the ranges before
  refused_alike last;            ///< at the end of this range, counted from where the table last took a row of it
};

/// Adds what became of rows that were loaded after them.
void add(load_outcome more, load_outcome& to);

/// What a loader knows of the run whose rows it loads.
struct load_terms {
  bool limits_rejects = false;  ///< somebody has said how many rows may be refused
  refused_alike before;         ///< in the ranges before

  /// No row of the run was written by an older transaction; empty: that is not known.
  std::string first_transaction;
};

/// Says of a row that a trigger took it away, in the way in which the server says of others that they are refused. Its
/// SQLSTATE, 02000, is the standard's for a statement that found nothing to do.
database_error dropped_by_trigger();

/// Loads rows that COPY could not load all at once, within the caller's open transaction:
///
/// 1. COPY into a temporary table that has nothing of the target but the types of the columns that we send. A row
///    that it refuses is no value of these types.
/// 2. INSERT … SELECT … ON CONFLICT … DO NOTHING, or DO UPDATE where records are merged, from there, in which the
/// target's own defaults, triggers and
///    constraints decide. A row that is refused alone is set aside, unless all are refused alike: then the table is to
///    blame, and errc::config thrown.
/// 3. Rows that were neither inserted nor refused are duplicates, if their key is there. Where a trigger may have
///    dropped some, 2. is taken back and done in statements so small that the count of each says which of its rows went
///    in. Of the others, those that no row meets were dropped, and are set aside.
/// 4. Duplicates whose content is another than that of a row which this run has brought are told apart, where that row
///    stays.
class staged_load {
 public:
  staged_load(const row_attempts& attempts, const target_table& target, const copy_rows& rows, const load_terms& terms)
      : attempts_(attempts), target_(target), rows_(rows), terms_(terms) {}

  load_outcome run();

 private:
  std::string key_by_now() const;
  void stage();
  void insert_and_account();
  void insert();
  void insert(std::size_t begin, std::size_t end);
  void account_for_those_left_out();
  void index_numbers();
  bool can_compare() const;
  void find_differing();
  std::uint64_t merge(std::size_t begin, std::size_t end, const std::string& key) const;
  std::vector<std::size_t> absent() const;
  std::vector<std::size_t> dropped_of(const std::vector<std::size_t>& suspects);
  void refuse_by_table(std::size_t position, const database_error& why);
  void judge_table(std::size_t position, const database_error& why) const;
  std::size_t alike(const std::string& sqlstate) const;
  void refuse(std::size_t row, const database_error& why);
  void refuse_dropped(const std::vector<std::size_t>& dropped);
  std::string number_of(std::size_t position) const { return std::to_string(staged_[position] + 1); }
  std::vector<std::size_t> rows_numbered(const query_result& numbers) const;

  const row_attempts& attempts_;
  const target_table& target_;
  const copy_rows& rows_;
  const load_terms& terms_;
  load_outcome outcome_;
  std::string key_;                            ///< empty: there is none
  std::vector<std::size_t> staged_;            ///< rows, by position; the staging table numbers them from 1
  std::vector<bool> refused_;                  ///< by row
  std::optional<std::vector<bool>> left_out_;  ///< by row: neither inserted nor refused; only where that is asked
  bool indexed_ = false;                       ///< the staging table, by its numbers
};

}  // namespace ingest::detail
