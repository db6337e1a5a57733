#include "postgres/staged_load.hpp"

#include <algorithm>
#include <utility>

#include "postgres/postgres_array.hpp"
#include "postgres/row_copy.hpp"

namespace ingest::detail {

namespace {

/// Rows that are all refused alike make it the table's fault, where there are so many at least, in however many ranges.
/// So many are tried that a table is not taken for one that refuses all when it takes one in a hundred.
constexpr std::size_t rows_of_a_verdict = 20;
constexpr std::size_t most_tried = 500;
constexpr std::size_t refusals_between_verdicts = 64;
/// Those of the table $1 that run when rows are inserted.
const std::string insert_triggers =
    "SELECT FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 4 = 4 "
    "AND (tgrelid = $1::regclass OR tgrelid IN (SELECT relid FROM pg_partition_tree($1::regclass)))";
/// Of these, those that run before a row is inserted.
const std::string changing_triggers = insert_triggers + " AND tgtype & 3 = 3";

constexpr std::size_t least_to_exhaust_memory = 1 << 20;  // bytes of a row

/// The row that COPY into the staging table says it stumbled over.
std::optional<std::size_t> row_of(const database_error& e, std::size_t begin, std::size_t end) {
  if (e.told().sqlstate.starts_with("54")) {
    return std::nullopt;  // limits may be noticed when rows before this one are written
  }
  const auto line = copy_line(e.told().context, staging_name);
  return line && *line > 0 && *line <= end - begin ? std::optional(begin + *line - 1) : std::nullopt;
}

/// Whether the table says so of this row's own values, whatever it says of others.
bool is_about_the_row(const database_error& e, const table_shape& shape) {
  const auto& told = e.told();
  const bool no_value = told.sqlstate == "23502" && shape.find(told.column) != nullptr;
  return no_value || told.sqlstate == "23505" || told.sqlstate.starts_with("54");
}

/// Whether it takes no second row to know that the table is to blame. What class 42 and 3F say (no permission, no such
/// table, column, function or schema) may depend on the row where a trigger writes its SQL from it, and then others go
/// in. A sequence may come to its end behind some rows that did.
bool is_about_the_table(const database_error& e, bool took_some) {
  const std::string& sqlstate = e.told().sqlstate;
  return sqlstate == "2200H" || (!took_some && (sqlstate.starts_with("42") || sqlstate.starts_with("3F")));
}

rejected_row describe(const table_shape& shape, const copy_rows& rows, std::size_t row, const database_error& why) {
  constexpr std::size_t longest_detail = 200;
  const auto& told = why.told();
  std::string message = told.message;
  if (const auto* column = shape.find(told.column); told.sqlstate == "23502" && column != nullptr && !column->at) {
    message = "the event has no id";
  } else if (told.sqlstate.starts_with("22") && !told.detail.empty()) {
    message += ": " + told.detail.substr(0, longest_detail);
  }
  return {&rows.page_of(row), rows.row_in_page(row), told.sqlstate, message, rows.text(row)};
}

[[noreturn]] void blame_table(const target_table& target, std::size_t tried, const database_error& why) {
  throw error(errc::config, "table " + target.identity() + " refuses all rows alike, " + std::to_string(tried) +
                                " of them one behind the other, so that it is the table that has to be mended: " +
                                why.told().message + " (SQLSTATE " + why.told().sqlstate +
                                "). If the rows are to blame, say with REJECT_LIMIT how many may be set aside");
}

}  // namespace

database_error dropped_by_trigger() {
  return {{"02000", "a trigger of the table dropped the row: it returned NULL", "", "", ""}, "COPY"};
}

load_outcome staged_load::run() {
  refused_.resize(rows_.size());
  key_ = target_.keyless() ? key_by_now() : target_.key;
  stage();
  insert();
  account_for_the_rest();
  if (outcome_.duplicates > 0 && !target_.keyless() && can_compare()) {
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
  const copy_encoder encoder(target_.shape, target_.types);
  attempts_.narrow(rows_.size(), {[&](std::size_t begin, std::size_t end) {
                                    c.execute(table_shape::number_from(), {std::to_string(begin + 1)});
                                    copy_into(c, target_.shape.copy_to_staging(), encoder, rows_, begin, end);
                                  },
                                  row_of, [this](std::size_t row, const database_error& why) { refuse(row, why); }});
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (!refused_[row]) {
      staged_.push_back(row);
    }
  }
}

void staged_load::insert() {
  bool indexed = false;
  attempts_.narrow(staged_.size(),
                   {[this](std::size_t begin, std::size_t end) {
                      outcome_.loaded += merge(begin, end, key_);
                      outcome_.table_took_some = true;
                      outcome_.last = {};
                    },
                    [&](const database_error&, std::size_t, std::size_t) -> std::optional<std::size_t> {
                      if (!std::exchange(indexed, true)) {
                        attempts_.connection().run(table_shape::index_staging());
                      }
                      return std::nullopt;
                    },
                    [this](std::size_t position, const database_error& why) { refuse_by_table(position, why); }});
}

/// Puts the staged rows from position `begin` to `end` into the table.
std::uint64_t staged_load::merge(std::size_t begin, std::size_t end, const std::string& key) const {
  return attempts_.connection()
      .execute(target_.shape.merge(target_.quoted, staged::between, key), {number_of(begin), number_of(end - 1)})
      .affected();
}

void staged_load::refuse_by_table(std::size_t position, const database_error& why) {
  if (!is_about_the_row(why, target_.shape)) {
    if (outcome_.last.sqlstate != why.told().sqlstate) {
      outcome_.last = {why.told().sqlstate, 0};
    }
    if (!terms_.limits_rejects && outcome_.last.rows++ % refusals_between_verdicts == 0) {
      judge_table(position, why);
    }
  }
  refuse(staged_[position], why);
}

/// How many rows were refused with this SQLSTATE since the table last took one, in this range and those before.
std::size_t staged_load::alike(const std::string& sqlstate) const {
  const std::size_t here = outcome_.last.sqlstate == sqlstate ? outcome_.last.rows : 0;
  return here + (!outcome_.table_took_some && terms_.before.sqlstate == sqlstate ? terms_.before.rows : 0);
}

/// Tries some of the rows behind `position`, spread over them all, for whether the table takes any.
void staged_load::judge_table(std::size_t position, const database_error& why) const {
  const std::size_t left = staged_.size() - position - 1;
  const std::size_t tries = std::min(left, most_tried);
  for (std::size_t i = 0; i < tries; ++i) {
    const std::size_t other = position + 1 + i * left / tries;
    const auto refusal = attempts_.rehearse([&] { merge(other, other + 1, ""); });
    if (!refusal || refusal->told().sqlstate != why.told().sqlstate) {
      return;
    }
  }
  const std::size_t refused = tries + alike(why.told().sqlstate);
  if (refused >= rows_of_a_verdict || is_about_the_table(why, outcome_.table_took_some)) {
    blame_table(target_, refused, why);
  }
}

void staged_load::refuse(std::size_t row, const database_error& why) {
  if (why.fault() == database_fault::outage && rows_.text(row).size() < least_to_exhaust_memory) {
    throw why;  // the server has no memory for anything
  }
  outcome_.rejected.push_back(describe(target_.shape, rows_, row, why));
  refused_[row] = true;
}

void staged_load::account_for_the_rest() {
  const std::uint64_t rest = rows_.size() - outcome_.loaded - outcome_.rejected.size();
  const std::vector<std::size_t> dropped = rest == 0 ? std::vector<std::size_t>() : dropped_of(absent());
  if (!dropped.empty() && dropped.size() == staged_.size()) {
    const database_error why = dropped_by_trigger();
    outcome_.table_took_some = false;
    outcome_.last = {why.told().sqlstate, dropped.size()};
    const std::size_t all = alike(why.told().sqlstate);
    if (!terms_.limits_rejects && all >= rows_of_a_verdict) {
      blame_table(target_, all, why);
    }
  }
  for (const std::size_t row : dropped) {
    refuse(row, dropped_by_trigger());
  }
  outcome_.duplicates = rest - dropped.size();
}

/// Where a trigger may change rows as they go in or when they are there, nothing can be told from what is there, and
/// who wrote a row is not told to a role that may read some columns only.
bool staged_load::can_compare() const {
  return attempts_.connection()
      .execute("SELECT has_table_privilege($1::regclass, 'SELECT') AND NOT EXISTS (" + insert_triggers + ")",
               {target_.quoted})
      .truth(0, 0);
}

/// A row that was there before the run has a right to differ: it may be older than the event, or somebody's own.
void staged_load::find_differing() {
  const std::string first = terms_.first_transaction();
  const query_result numbers =
      attempts_.connection().execute(target_.shape.differing(target_.quoted, target_.types), {first});
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

/// Those of the rows that vanish when they are inserted. Others, whose id a trigger has changed, are met by what is
/// there.
std::vector<std::size_t> staged_load::dropped_of(const std::vector<std::size_t>& suspects) {
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
    std::uint64_t inserted = 0;
    const auto refusal = attempts_.rehearse([&] {
      inserted = attempts_.connection()
                     .execute(target_.shape.merge(target_.quoted, staged::listed, ""), {numbers.text()})
                     .affected();
    });
    const bool alone = end - begin == 1;
    if (refusal ? alone && refusal->told().sqlstate != "23505" : inserted == 0) {
      dropped.insert(dropped.end(), suspects.begin() + static_cast<std::ptrdiff_t>(begin),
                     suspects.begin() + static_cast<std::ptrdiff_t>(end));
    } else if (!alone && inserted < end - begin) {
      open.emplace_back(begin + (end - begin) / 2, end);
      open.emplace_back(begin, begin + (end - begin) / 2);
    }
  }
  return dropped;
}

}  // namespace ingest::detail
