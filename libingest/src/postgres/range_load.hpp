#pragma once

#include <utility>

#include "postgres/row_attempts.hpp"
#include "postgres/staged_load.hpp"

namespace ingest::detail {

/// Loads rows within the caller's open transaction: by COPY, all at once. If the table does not take them so, because
/// one of them is there already, is refused, or is dropped by a trigger, nothing of that stays, and a staged_load does
/// it, in the order in which rows came if that makes a difference. A row that is refused leaves its key to the next one
/// that has it. Rows that were refused before they came here are not
/// shown to the table, and are among the rejected.
class range_load {
 public:
  using outcome = load_outcome;

  /// `attempt` counts, from 1, how often this range is loaded.
  range_load(postgres_connection& c, const target_table& target, copy_rows& rows, unsigned attempt, load_terms terms)
      : attempts_(c, attempt), target_(target), rows_(rows), terms_(std::move(terms)) {}

  outcome run();

 private:
  outcome load();
  void load_instead_of_refused(outcome& all);
  bool copy_directly(kept_apart& apart) const;

  const row_attempts attempts_;
  const target_table& target_;
  copy_rows& rows_;
  const load_terms terms_;
};

}  // namespace ingest::detail
