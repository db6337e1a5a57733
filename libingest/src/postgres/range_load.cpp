#include "postgres/range_load.hpp"

#include <utility>

#include "postgres/row_copy.hpp"

namespace ingest::detail {

range_load::outcome range_load::run() {
  // Nothing tells afterwards which of two rows of one transaction came first: the server puts them where there is room.
  if (target_.keyless() && target_.shape.copies_show_in_lines()) {
    rows_.set_copies_apart(target_.shape.write == disposition::merge);
  }
  outcome all = load();
  load_instead_of_refused(all);
  all.duplicates += rows_.copies().size();
  for (const copy_rows::copy& c : rows_.copies()) {
    if (c.differs && !target_.shape.in_order()) {
      all.differing.push_back({c.of, c.row, "23505", differs, c.text, rejected_row::reason::differs});
    }
  }
  for (copy_rows::refused_row& r : rows_.refused()) {
    all.rejected.push_back({r.of, r.row, r.sqlstate, std::move(r.reason), r.text});
  }
  return all;
}

/// Only the table knows whether it takes a row: its copies were set apart before.
void range_load::load_instead_of_refused(outcome& all) {
  for (std::size_t seen = 0; !rows_.is_whole() && all.rejected.size() > seen;) {
    std::vector<copy_rows::place> refused;
    for (; seen < all.rejected.size(); ++seen) {
      refused.push_back({all.rejected[seen].of, all.rejected[seen].row});
    }
    if (!rows_.replace_refused(refused, target_.shape.write == disposition::merge)) {
      return;
    }
    attempts_.connection().run("DROP TABLE pg_temp." + staging_name);  // which has said what is refused
    add(load(), all);
  }
}

range_load::outcome range_load::load() {
  if (rows_.size() == 0) {
    return {};
  }
  outcome all;
  const bool only_the_server_knows_copies = target_.keyless() && !target_.shape.copies_show_in_lines();
  if (!only_the_server_knows_copies && copy_directly(all.apart)) {
    all.loaded = rows_.size();
    all.table_took_some = true;
    return all;
  }
  if (target_.shape.in_order() || only_the_server_knows_copies) {
    rows_.order_by_arrival();
  }
  return staged_load(attempts_, target_, rows_, terms_).run();
}

bool range_load::copy_directly(kept_apart& apart) const {
  const auto refusal = attempts_.keep([&] {
    copied_rows copied =
        copy_into(attempts_.connection(), target_.shape.copy(target_.quoted), target_, rows_, 0, rows_.size());
    if (copied.count != rows_.size()) {
      throw dropped_by_trigger();
    }
    apart = std::move(copied.apart);
  });
  return !refusal;
}

}  // namespace ingest::detail
