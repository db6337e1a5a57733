#include "postgres/staged_load.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "postgres/postgres_array.hpp"
#include "postgres/row_copy.hpp"

namespace ingest::detail {

namespace {

/// Those of the table $1 that run when rows are inserted.
const std::string insert_triggers =
    "SELECT FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 4 = 4 "
    "AND (tgrelid = $1::regclass OR tgrelid IN (SELECT relid FROM pg_partition_tree($1::regclass)))";
/// Of these, those that run before a row is inserted.
const std::string changing_triggers = insert_triggers + " AND tgtype & 3 = 3";

/// The row that COPY into the staging table says it stumbled over.
std::optional<std::size_t> row_of(const database_error& e, std::size_t begin, std::size_t end) {
  if (e.told().sqlstate.starts_with("54")) {
    return std::nullopt;  // limits may be noticed when rows before this one are written
  }
  const auto line = copy_line(e.told().context, staging_name);
  return line && *line > 0 && *line <= end - begin ? std::optional(begin + *line - 1) : std::nullopt;
}

}  // namespace

void add(load_outcome more, load_outcome& to) {
  to.loaded += more.loaded;
  to.duplicates += more.duplicates;
  to.met_under_another_id += more.met_under_another_id;
  std::move(more.differing.begin(), more.differing.end(), std::back_inserter(to.differing));
  std::move(more.rejected.begin(), more.rejected.end(), std::back_inserter(to.rejected));
  add(more.apart, to.apart);
  const bool is_alike = !more.table_took_some && more.last.sqlstate == to.last.sqlstate;
  to.last = {more.last.sqlstate, more.last.rows + (is_alike ? to.last.rows : 0)};
  to.table_took_some = to.table_took_some || more.table_took_some;
}

load_outcome staged_load::run() {
  refused_.resize(rows_.size());
  key_ = target_.keyless() ? key_by_now() : target_.key;
  stage();
  insert_and_account();
  if (outcome_.duplicates > 0 && !target_.key.empty() && target_.shape.duplicates_may_differ() && can_compare()) {
    find_differing();
  }
  return std::move(outcome_);
}

/// A person may have built the key of an initial load while that goes on.
std::string staged_load::key_by_now() const {
  attempts_.connection().run("LOCK TABLE " + target_.quoted + " IN ROW EXCLUSIVE MODE");
  return key_of(attempts_.connection(), target_.shape, target_.quoted);
}

void staged_load::stage() {
  postgres_connection& c = attempts_.connection();
  c.run(target_.shape.create_staging(target_.quoted));
  attempts_.narrow(rows_.size(), {[&](std::size_t begin, std::size_t end) {
                                    c.execute(target_.shape.number_from(), {std::to_string(begin + 1)});
                                    add(copy_into(c, target_.shape.copy_to_staging(), target_, rows_, begin, end).apart,
                                        outcome_.apart);
                                  },
                                  row_of, [this](std::size_t row, const database_error& why) { refuse(row, why); }});
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (!refused_[row]) {
      staged_.push_back(row);
    }
  }
}

/// What a statement's count leaves open where a trigger drops rows, which of them went in, smaller ones tell.
void staged_load::insert_and_account() {
  const load_outcome before = outcome_;
  const std::vector<bool> refused_before = refused_;
  attempts_.connection().run("SAVEPOINT ingest_insert");
  insert();
  const std::uint64_t rest = rows_.size() - outcome_.loaded - outcome_.rejected.size();
  if (rest == 0 || absent().empty()) {
    outcome_.duplicates = rest;
    return;
  }
  attempts_.connection().run("ROLLBACK TO SAVEPOINT ingest_insert");
  indexed_ = false;  // that is taken back, too
  outcome_ = before;
  refused_ = refused_before;
  left_out_.emplace(rows_.size(), false);
  insert();
  account_for_those_left_out();
}

void staged_load::insert() {
  attempts_.narrow(staged_.size(),
                   {[this](std::size_t begin, std::size_t end) { insert(begin, end); },
                    [this](const database_error&, std::size_t, std::size_t) {
                      index_numbers();
                      return std::optional<std::size_t>();
                    },
                    [this](std::size_t position, const database_error& why) { refuse_by_table(position, why); }});
}

void staged_load::insert(std::size_t begin, std::size_t end) {
  const std::uint64_t inserted = merge(begin, end, key_);
  if (left_out_ && inserted > 0 && inserted < end - begin) {
    throw dropped_by_trigger();  // fewer at a time
  }
  for (std::size_t position = begin; left_out_ && inserted == 0 && position < end; ++position) {
    (*left_out_)[staged_[position]] = true;
  }
  outcome_.loaded += inserted;
  outcome_.table_took_some = true;
  outcome_.last = {};
}

void staged_load::index_numbers() {
  if (!std::exchange(indexed_, true)) {
    attempts_.connection().run(target_.shape.index_staging());
  }
}

/// Puts the staged rows from position `begin` to `end` into the table.
std::uint64_t staged_load::merge(std::size_t begin, std::size_t end, const std::string& key) const {
  return attempts_.connection()
      .execute(
          target_.shape.merge(target_.quoted, target_.types, staged::between, key, key.empty() && target_.keyless()),
          {number_of(begin), number_of(end - 1)})
      .affected();
}

void staged_load::account_for_those_left_out() {
  const std::uint64_t rest = rows_.size() - outcome_.loaded - outcome_.rejected.size();
  std::vector<std::size_t> suspects;
  for (const std::size_t row : absent()) {
    if ((*left_out_)[row]) {
      suspects.push_back(row);
    }
  }
  const std::vector<std::size_t> dropped = key_.empty() ? suspects : dropped_of(suspects);
  refuse_dropped(dropped);
  outcome_.duplicates = rest - dropped.size();
  outcome_.met_under_another_id = suspects.size() - dropped.size();
}

/// Where a trigger may change rows as they go in or when they are there, nothing can be told from what is there, and
/// who wrote a row is not told to a role that may read some columns only.
bool staged_load::can_compare() const {
  return attempts_.connection()
      .execute("SELECT has_table_privilege($1::regclass, 'SELECT') AND NOT EXISTS (" + insert_triggers + ")",
               {target_.quoted})
      .truth(0, 0);
}

/// A row that was there before the run has a right to differ: it may be older than the event, or somebody's own. Where
/// nobody knows which rows those are, they are kept with the others. A version is compared with any row's.
void staged_load::find_differing() {
  const query_result numbers =
      attempts_.connection().execute(target_.shape.differing(target_.quoted, target_.types),
                                     {target_.shape.has_version() ? std::string() : terms_.first_transaction});
  for (const std::size_t row : rows_numbered(numbers)) {
    outcome_.differing.push_back({&rows_.page_of(row), rows_.row_in_page(row), "23505", differs, rows_.text(row),
                                  rejected_row::reason::differs});
  }
}

/// The rows whose key the table does not have now, though nothing has refused them. None, where no trigger could have
/// changed or dropped a row.
std::vector<std::size_t> staged_load::absent() const {
  postgres_connection& c = attempts_.connection();
  if (!c.execute("SELECT EXISTS (" + changing_triggers + ")", {target_.quoted}).truth(0, 0)) {
    return {};
  }
  return rows_numbered(c.execute(target_.shape.absent(target_.quoted, !key_.empty())));
}

/// Those of the staged rows that nothing has refused.
std::vector<std::size_t> staged_load::rows_numbered(const query_result& numbers) const {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < numbers.rows(); ++i) {
    const auto row = static_cast<std::size_t>(numbers.number(i, 0)) - 1;
    if (!refused_[row]) {
      rows.push_back(row);
    }
  }
  return rows;
}

/// Those of the rows that were left out because a trigger dropped them: alone, the others are met by what is there
/// under an id that a trigger gives them. Whether one would be dropped again is not the question, for a trigger may
/// decide another way whenever it is asked.
std::vector<std::size_t> staged_load::dropped_of(const std::vector<std::size_t>& suspects) {
  index_numbers();
  std::vector<std::size_t> dropped;
  std::vector<std::pair<std::size_t, std::size_t>> open{{0, suspects.size()}};
  while (!open.empty()) {
    const auto [begin, end] = open.back();
    open.pop_back();
    if (begin == end) {
      continue;
    }
    text_array numbers;
    for (std::size_t i = begin; i < end; ++i) {
      numbers.add(suspects[i] + 1);
    }
    const auto refusal = attempts_.rehearse([&] {
      attempts_.connection().execute(target_.shape.merge(target_.quoted, target_.types, staged::listed, ""),
                                     {numbers.text()});
    });
    const bool alone = end - begin == 1;
    if (!refusal || (alone && refusal->told().sqlstate != "23505")) {
      dropped.insert(dropped.end(), suspects.begin() + static_cast<std::ptrdiff_t>(begin),
                     suspects.begin() + static_cast<std::ptrdiff_t>(end));
    } else if (!alone) {
      open.emplace_back(begin + (end - begin) / 2, end);
      open.emplace_back(begin, begin + (end - begin) / 2);
    }
  }
  return dropped;
}

}  // namespace ingest::detail
