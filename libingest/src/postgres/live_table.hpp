#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>

#include "ingest/postgres.hpp"
#include "ingest/retry.hpp"
#include "postgres/copy_encoder.hpp"
#include "postgres/copy_rows.hpp"
#include "postgres/postgres_table.hpp"

namespace ingest::detail {

/// The table that a run's loaders load into, with the columns that it has by now: records with new members give it
/// some, and so may anybody. Thread-safe.
class live_table {
 public:
  /// `o` outlives it.
  explicit live_table(const postgres_options& o) : options_(o) {}

  /// Before all others: what was found when the target was opened.
  void begin(target_table found);

  std::shared_ptr<const target_table> now();

  /// To be held while a transaction loads into the table, or else one of us would wait for it to add a column.
  std::shared_lock<std::shared_mutex> use();

  /// Adds columns for members of these rows that have none in `seen`, over `c`, which must not be in a transaction,
  /// unless another loader has changed the table since. Waits until no loader uses it.
  void add_columns(postgres_connection& c, const copy_rows& rows, const std::shared_ptr<const target_table>& seen);

  /// Somebody has altered the table since `seen`: looks at it again, by `look`, over `c`, which must not be in a
  /// transaction.
  void look_again(postgres_connection& c, const std::shared_ptr<const target_table>& seen,
                  const std::function<target_table()>& look);

  /// Counts, and says once for each column, that values do not fit.
  void note_apart(const kept_apart& apart, const target_table& in);

 private:
  const postgres_options& options_;
  std::mutex next_;           // taken before in_use_, so that nobody overtakes who waits to have it alone
  std::shared_mutex in_use_;  // taken before mutex_
  std::mutex mutex_;
  std::shared_ptr<const target_table> now_;
  std::optional<retry_schedule::clock::time_point> columns_again_at_;
  std::set<std::string> misfits_told_;     // columns
  std::set<std::string> left_alone_told_;  // columns
  bool width_told_ = false;
};

}  // namespace ingest::detail
