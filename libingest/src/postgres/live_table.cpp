#include "postgres/live_table.hpp"

#include <algorithm>
#include <utility>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "postgres/table_evolution.hpp"

namespace ingest::detail {

void live_table::begin(target_table found) {
  const std::lock_guard lock(mutex_);
  now_ = std::make_shared<const target_table>(std::move(found));
}

std::shared_ptr<const target_table> live_table::now() {
  const std::lock_guard lock(mutex_);
  if (columns_again_at_ && options_.time.now() >= *columns_again_at_) {
    columns_again_at_.reset();
    auto next = std::make_shared<target_table>(*now_);
    next->shape.is_full = false;
    now_ = std::move(next);
  }
  return now_;
}

std::shared_lock<std::shared_mutex> live_table::use() {
  const std::lock_guard behind_others(next_);
  return std::shared_lock(in_use_);
}

void live_table::add_columns(postgres_connection& c, const copy_rows& rows,
                             const std::shared_ptr<const target_table>& seen) {
  constexpr std::chrono::milliseconds longest_patience = std::chrono::seconds(3);
  constexpr std::chrono::minutes until_next_attempt{5};  // meanwhile nobody waits behind us
  const std::lock_guard behind_others(next_);
  const std::lock_guard alone(in_use_);
  if (now() != seen) {
    return;
  }
  added_columns added =
      add_members(c, *seen, new_members_of(rows, *seen), std::min(longest_patience, options_.io_timeout / 2));
  const std::lock_guard lock(mutex_);
  now_ = std::make_shared<const target_table>(std::move(added.target));
  if (added.table_in_use) {
    columns_again_at_ = options_.time.now() + until_next_attempt;
  }
}

void live_table::look_again(postgres_connection& c, const std::shared_ptr<const target_table>& seen,
                            const std::function<target_table()>& look) {
  const std::lock_guard behind_others(next_);
  if (now() != seen) {
    return;
  }
  c.run(c.begin());
  target_table found = look();
  c.execute("COMMIT");
  log::info(events::table_altered, "somebody has altered " + found.identity() + "; loading goes on with what it is now",
            {{"table", found.identity()}});
  begin(std::move(found));
}

void live_table::note_apart(const kept_apart& apart, const target_table& in) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < apart.misfits.size(); ++i) {
    const column_misfits& misfits = apart.misfits[i];
    const shape_column& column = in.shape.columns[i];
    options_.counters->values_kept_apart += misfits.values;
    if (misfits.values > 0 && misfits_told_.insert(column.name).second) {
      log::warning(
          events::values_misfit,
          "values do not fit their column, and are in " + extra_column_name +
              " under its name. ALTER TABLE … ALTER COLUMN … TYPE can make room for them",
          {{"table", in.identity()}, {"column", column.name}, {"type", column.type}, {"value", misfits.example}});
    }
  }
  for (const std::string& column : apart.left_alone) {
    if (left_alone_told_.insert(column).second) {
      log::warning(events::column_left_alone,
                   "records have values for a column that is left alone, as its type rounds them or cuts them off, or "
                   "it has a default, or is made by the table, or may not be written: they are in " +
                       extra_column_name +
                       " under its name, and a row that is merged keeps in it what it had. ALTER TABLE … ALTER COLUMN "
                       "… TYPE without a precision or a length, or … DROP DEFAULT; or drop or rename it",
                   {{"table", in.identity()}, {"column", column}});
    }
  }
  if (apart.without_room > 0 && !std::exchange(width_told_, true)) {
    log::warning(events::row_full,
                 "records are wider than a row can be, which lies in a page of 8 KiB: what of them has no room is in " +
                     extra_column_name + ", under its name. Fewer columns make room, no other types",
                 {{"table", in.identity()}});
  }
  options_.counters->values_kept_apart += apart.members + apart.without_room;
  options_.counters->nuls_replaced += apart.nuls;
}

}  // namespace ingest::detail
