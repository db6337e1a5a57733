#include "postgres/range_load.hpp"

#include <algorithm>

namespace ingest::detail {

namespace {

constexpr std::size_t buffer_bytes = 128 << 10;
constexpr std::size_t least_window = 64;
const std::string staging = "ingest_staging";

/// The row that `e` is about, counted from `first`, if the server has told.
std::optional<std::size_t> row_of(const database_error& e, const std::string& table, std::size_t first,
                                  std::size_t end) {
  if (e.told().sqlstate.starts_with("54")) {
    return std::nullopt;  // limits may be noticed when rows before this one are written
  }
  const auto line = copy_line(e.told().context, table);
  if (!line || *line == 0 || *line > end - first) {
    return std::nullopt;
  }
  return first + *line - 1;
}

}  // namespace

range_load::outcome range_load::run() {
  while (next_ < rows_.size()) {
    const std::size_t end = std::min(rows_.size(), next_ + std::max<std::size_t>(window_, 1));
    connection_.run("SAVEPOINT ingest_rows");
    try {
      attempt(end);
    } catch (const database_error& e) {
      if (e.fault() != database_fault::refused || !connection_.usable()) {
        throw;
      }
      connection_.run("ROLLBACK TO SAVEPOINT ingest_rows; RELEASE SAVEPOINT ingest_rows");
      fail(e, end);
      continue;
    }
    connection_.run("RELEASE SAVEPOINT ingest_rows");
    succeed(end);
  }
  return std::move(outcome_);
}

void range_load::attempt(std::size_t end) {
  if (!outcome_.staged) {
    copy(target_.quoted, end);
    inserted_ = end - next_;
    return;
  }
  connection_.run("TRUNCATE pg_temp." + staging);
  copy("pg_temp." + staging, end);
  inserted_ = connection_
                  .execute("INSERT INTO " + target_.quoted + " (id, data) SELECT id, data FROM pg_temp." + staging +
                           " ON CONFLICT (id) DO NOTHING")
                  .affected();
}

void range_load::copy(const std::string& quoted_table, std::size_t end) {
  const copy_encoder encoder(target_.format);
  connection_.begin_copy("COPY " + quoted_table + " (id, data) FROM STDIN" + encoder.options());
  buffer_.clear();
  encoder.begin(buffer_);
  for (std::size_t i = next_; i < end; ++i) {
    rows_.prefetch_behind(i);
    encoder.append(rows_.text(i), buffer_);
    if (buffer_.size() >= buffer_bytes) {
      connection_.put(buffer_);
      buffer_.clear();
    }
  }
  encoder.end(buffer_);
  connection_.put(buffer_);
  const std::uint64_t copied = connection_.end_copy();
  if (copied != end - next_) {
    throw error(errc::bad_data, "COPY into " + quoted_table + " took " + std::to_string(copied) + " of " +
                                    std::to_string(end - next_) + " rows: does a trigger drop rows?");
  }
}

void range_load::succeed(std::size_t end) {
  outcome_.loaded += inserted_;
  outcome_.duplicates += end - next_ - inserted_;
  window_ = std::max(window_, end - next_) * 2;
  next_ = end;
  if (suspect_ && suspect_->row == next_) {
    reject(std::move(suspect_->why));
  }
}

void range_load::fail(const database_error& e, std::size_t end) {
  if (e.told().sqlstate == "23505" && !outcome_.staged) {
    begin_staging();
    return;
  }
  const auto bad = end - next_ == 1 ? next_ : row_of(e, outcome_.staged ? staging : target_.table, next_, end);
  if (!bad) {
    window_ = (end - next_) / 2;
  } else if (*bad == next_) {
    window_ = std::min(window_, least_window);
    reject(describe(e, next_));
  } else {
    suspect_ = suspect{*bad, describe(e, *bad)};
    window_ = *bad - next_;
  }
}

void range_load::reject(rejected_row why) {
  outcome_.rejected.push_back(std::move(why));
  suspect_.reset();
  ++next_;
}

void range_load::begin_staging() {
  // Constraints and defaults come along, so that most refusals name their line here already.
  connection_.run("CREATE TEMPORARY TABLE " + staging + " (LIKE " + target_.quoted +
                  " INCLUDING CONSTRAINTS INCLUDING DEFAULTS) ON COMMIT DROP");
  outcome_.staged = true;
  suspect_.reset();
}

rejected_row range_load::describe(const database_error& e, std::size_t row) const {
  constexpr std::size_t longest_detail = 200;
  std::string message = e.told().message;
  if (e.told().sqlstate == "23502" && e.told().column == "id") {
    message = "the event has no id";
  } else if (e.told().sqlstate.starts_with("22") && !e.told().detail.empty()) {
    message += ": " + e.told().detail.substr(0, longest_detail);
  }
  return {&rows_.page_of(row), rows_.row_in_page(row), e.told().sqlstate, message, rows_.text(row)};
}

}  // namespace ingest::detail
