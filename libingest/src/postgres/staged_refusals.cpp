#include <algorithm>

#include "postgres/staged_load.hpp"

namespace ingest::detail {

namespace {

/// Rows that are all refused alike make it the table's fault, where there are so many at least, in however many ranges.
/// So many are tried that a table is not taken for one that refuses all when it takes one in a hundred.
constexpr std::size_t rows_of_a_verdict = 20;
constexpr std::size_t most_tried = 500;
constexpr std::size_t refusals_between_verdicts = 64;
constexpr std::size_t least_to_exhaust_memory = 1 << 20;  // bytes of a row

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
  } else if (shape.is_typed() && told.sqlstate == "23502" && column != nullptr) {
    message = "the record has no " + column->name + ", which must not be null, or one that is no " + column->type;
  } else if (shape.is_typed() && told.sqlstate == "22P04") {
    message = "the record is no JSON object";
  } else if (told.sqlstate.starts_with("22") && !told.detail.empty()) {
    message += ": " + told.detail.substr(0, longest_detail);
  }
  if (shape.nuls == nul_policy::reject && rows.text(row).find("\\u0000") != std::string_view::npos) {
    message +=
        " (the record has the character NUL, which a setting lets be left out, or written as \\u0000, but for ids and "
        "names)";
  }
  return {&rows.page_of(row), rows.row_in_page(row), told.sqlstate, message, rows.text(row)};
}

[[noreturn]] void blame_table(const target_table& target, std::size_t tried, const database_error& why) {
  throw error(errc::config, "table " + target.identity() + " refuses all rows alike, " + std::to_string(tried) +
                                " of them one behind the other, so that it is the table that has to be mended: " +
                                why.told().message + " (SQLSTATE " + why.told().sqlstate +
                                "). If the rows are to blame, say with `reject_limit` how many may be set aside");
}

}  // namespace

database_error dropped_by_trigger() {
  return {{"02000", "a trigger of the table dropped the row: it returned NULL", "", "", ""}, "COPY"};
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
    // As a duplicate that stays out, a row would tell nothing.
    const std::string key = target_.shape.write == disposition::merge ? key_ : "";
    const auto refusal = attempts_.rehearse([&] { merge(other, other + 1, key); });
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

void staged_load::refuse_dropped(const std::vector<std::size_t>& dropped) {
  const database_error why = dropped_by_trigger();
  if (!dropped.empty() && dropped.size() == staged_.size()) {
    outcome_.table_took_some = false;
    outcome_.last = {why.told().sqlstate, dropped.size()};
    const std::size_t all = alike(why.told().sqlstate);
    if (!terms_.limits_rejects && all >= rows_of_a_verdict) {
      blame_table(target_, all, why);
    }
  }
  for (const std::size_t row : dropped) {
    refuse(row, why);
  }
}

}  // namespace ingest::detail
