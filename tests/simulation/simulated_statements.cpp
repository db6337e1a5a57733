#include "simulation/simulated_statements.hpp"

#include <stdexcept>

namespace ingest::testing {

using detail::query_result;

void simulated_statements::unknown(const std::string& sql) {
  throw std::logic_error("the simulated database does not know this statement: " + sql);
}

std::vector<std::string> array_elements(const std::string& text) {
  std::vector<std::string> elements;
  bool quoted = false;
  bool any = false;
  std::string element;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      element += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
      any = true;
    } else if (!quoted && (c == ',' || c == '}')) {
      if (any || !element.empty()) {
        elements.push_back(std::move(element));
      }
      element.clear();
      any = false;
    } else {
      element += c;
    }
  }
  return elements;
}

query_result simulated_database::execute(backend& b, const std::string& sql,
                                         const std::vector<std::string>& parameters) {
  pass_time(1);
  return simulated_statements(*this, b).execute(sql, parameters);
}

std::uint64_t simulated_database::copy(backend& b, const std::string& sql, const std::string& rows) {
  return simulated_statements(*this, b).copy(sql, rows);
}

tables simulated_statements::seen() const {
  tables all = b_.snapshot ? *b_.snapshot : db_.committed_;
  all.apply(b_.made);
  return all;
}

query_result simulated_statements::done(const std::string& tag) {
  if (!b_.in_transaction) {
    db_.commit(b_);
  }
  return {{}, tag};
}

// -- Statements without rows -----------------------------------------------------------------------------------------

query_result simulated_statements::execute(const std::string& sql, const parameters& p) {
  const bool ends_failure = sql == "COMMIT" || sql.starts_with("ROLLBACK");
  if (b_.failed && !ends_failure) {
    db_.fail(b_, "25P02", "current transaction is aborted, commands ignored until end of transaction block");
  }
  if (sql == "COMMIT") {
    const bool failed = b_.failed;
    if (failed) {
      db_.roll_back(b_);
    } else {
      db_.commit(b_);
    }
    return {{}, failed ? "ROLLBACK" : "COMMIT"};
  }
  if (const auto known = table_statements().find(about_target(sql)); known != table_statements().end()) {
    return (this->*known->second)(p);
  }
  if (sql.starts_with("INSERT") || sql.starts_with("UPDATE") || sql.starts_with("DELETE") ||
      sql.starts_with("WITH mine AS")) {
    return change(sql, p);
  }
  const std::string_view first_word = std::string_view(sql).substr(sql.find_first_not_of('\n'));
  if ((first_word.starts_with("SELECT") || first_word.starts_with("WITH")) && !sql.starts_with("SELECT pg_advisory")) {
    rows answer = query(sql, p);
    const std::string tag = "SELECT " + std::to_string(answer.size());
    return {std::move(answer), tag};
  }
  run(sql);
  return {};
}

void simulated_statements::run(const std::string& sql) {
  if (sql.starts_with("\nCREATE SCHEMA IF NOT EXISTS ingest;")) {
    b_.made.has_ledger = true;
    return;
  }
  for (std::size_t at = sql.find_first_not_of(' '); at < sql.size(); at = sql.find_first_not_of("; ", at)) {
    const std::size_t end = std::min(sql.find(';', at), sql.size());
    const std::string one = sql.substr(at, end - at);
    at = end;
    if (run_transaction_statement(one) || run_table_statement(one)) {
      continue;
    }
    if (one.starts_with("SELECT pg_advisory_xact_lock")) {
      take_advisory_lock(one);
    } else if (one != "SELECT FROM pg_class LIMIT 0") {
      unknown(sql);
    }
  }
}

bool simulated_statements::run_transaction_statement(const std::string& sql) {
  if (sql.starts_with("BEGIN ISOLATION LEVEL ")) {
    b_.in_transaction = true;
    b_.began = db_.now_;
    if (sql.find("REPEATABLE READ") != std::string::npos) {
      b_.snapshot = db_.committed_;
    }
  } else if (sql == "ROLLBACK") {
    db_.roll_back(b_);
  } else if (sql == "SAVEPOINT ingest_rows") {
    b_.savepoint = b_.made;
  } else if (sql == "ROLLBACK TO SAVEPOINT ingest_rows") {
    b_.made = b_.savepoint.value();
    b_.failed = false;
  } else if (sql == "RELEASE SAVEPOINT ingest_rows") {
    b_.savepoint.reset();
  } else if (sql != "SET CONSTRAINTS ALL IMMEDIATE" && sql != "SAVEPOINT ingest_insert" &&
             sql != "SAVEPOINT ingest_change" && sql != "RELEASE SAVEPOINT ingest_change") {
    return false;  // to the second only a table with triggers goes back, to the third one that lets no row be changed
  }
  return true;
}

namespace {

std::string name_of_lock(const std::string& sql) {
  return "advisory " + sql.substr(sql.find('\''), sql.rfind('\'') - sql.find('\''));
}

}  // namespace

bool simulated_statements::tries_advisory_lock(const std::string& sql) {
  const std::string name = name_of_lock(sql);
  if (db_.is_locked(b_, name, lock_strength::key_share)) {
    return false;
  }
  db_.lock(b_, name, lock_strength::key_share);
  return true;
}

void simulated_statements::take_advisory_lock(const std::string& sql) {
  const bool shared = sql.starts_with("SELECT pg_advisory_xact_lock_shared(");
  db_.lock(b_, name_of_lock(sql), shared ? lock_strength::key_share : lock_strength::update);
}

// -- Changes ---------------------------------------------------------------------------------------------------------

query_result simulated_statements::change(const std::string& sql, const parameters& p) {
  if (sql.starts_with(
          "INSERT INTO ingest.pages (pipeline, stream, slice, page, last, bytes, rows, crc, position, dup")) {
    record_losses(p);
    return done("INSERT");
  }
  if (sql.starts_with("INSERT INTO ingest.pages (")) {
    return enter_pages(p);
  }
  if (sql.starts_with("INSERT INTO ingest.slices (pipeline, stream, slice)")) {
    return enter_slices(p);
  }
  if (sql.starts_with("UPDATE ingest.slices SET fence = fence + 1, owner = '', ")) {
    return claim_slices(p);
  }
  if (sql.starts_with("UPDATE ingest.slices SET ") && sql.find("lease_until = ") != std::string::npos) {
    return change_leases(sql, p);
  }
  if (sql.starts_with("WITH mine AS MATERIALIZED (")) {
    return fold_pages(sql, p);
  }
  if (sql.starts_with("UPDATE ingest.slices s SET rows = s.rows + p.rows, ")) {
    return count_pages_in(p);
  }
  if (sql.starts_with("DELETE FROM ingest.pages WHERE ctid = ANY (")) {
    return withdraw_pages(p);
  }
  if (sql == "DELETE FROM ingest.pages WHERE pipeline = $1 AND stream = $2 AND slice = $3") {
    return forget_pages(p);
  }
  if (sql == "DELETE FROM ingest.pages WHERE pipeline = $1" || sql == "DELETE FROM ingest.slices WHERE pipeline = $1") {
    b_.made.rows_forgotten += std::stoull(query_sums(p.at(0)).at(0).at(2).value());
    b_.made.emptied.insert(p.at(0));
    b_.made.pages.clear();
    b_.made.slices.clear();
    return done("DELETE");
  }
  if (sql.starts_with("INSERT INTO ingest.pipelines (name, run_id, plan, target, first_transaction, ledger_oids)")) {
    b_.made.pipelines[p.at(0)] = {p.at(1), p.at(2), p.at(3), "", false, 1, 0};
    return done("INSERT 0 1");
  }
  if (sql.starts_with("INSERT INTO ingest.watermarks (")) {
    b_.made.watermarks[p.at(0)] = p.at(1);
    return done("INSERT 0 1");
  }
  if (sql.starts_with("INSERT INTO ingest.syncs (")) {
    if (p.at(4) == "false") {  // else it was given up
      b_.made.followed.insert(seen().pipelines.at(p.at(0)).run_id);
    }
    return done("INSERT 0 1");
  }
  if (sql.starts_with("INSERT INTO ingest.syncs AS s (pipeline, generation, run_id, plan, begun_at, tries)") ||
      sql.starts_with("UPDATE ingest.syncs s SET ") || sql.starts_with("DELETE FROM ingest.syncs ")) {
    return done("INSERT 0 1");  // history, which nothing goes by
  }
  if (sql == "DELETE FROM ingest.watermarks WHERE pipeline = $1") {
    b_.made.watermarks[p.at(0)] = "";
    return done("DELETE");
  }
  return update_pipeline(sql, p);
}

query_result simulated_statements::update_pipeline(const std::string& sql, const parameters& p) {
  db_.lock(b_, "row of " + p.at(0), lock_strength::no_key_update);
  const tables now = seen();
  const auto found = now.pipelines.find(p.at(0));
  if (found == now.pipelines.end()) {
    return done("UPDATE 0");
  }
  pipeline_row row = found->second;
  if (sql.starts_with("UPDATE ingest.pipelines SET run_id = $2")) {
    if (!now.followed.contains(row.run_id)) {
      b_.made.given_up.insert(row.run_id);
    }
    const std::uint64_t before = p.at(6) == "true" ? row.rows_before + std::stoull(p.at(5)) : 0;
    row = {p.at(1), p.at(2), p.at(3), "", false, row.generation + 1, before};
  } else if (sql.starts_with("UPDATE ingest.pipelines SET complete = true")) {
    row.complete = true;
  } else if (sql.starts_with("UPDATE ingest.pipelines SET opened_at = now()")) {
    row.disposition = p.at(3);
  } else {
    unknown(sql);
  }
  b_.made.pipelines[p.at(0)] = row;
  return done("UPDATE 1");
}

}  // namespace ingest::testing
