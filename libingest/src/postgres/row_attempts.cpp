#include "postgres/row_attempts.hpp"

#include <algorithm>
#include <utility>

namespace ingest::detail {

namespace {

constexpr std::size_t least_window = 64;
constexpr unsigned attempts_of_an_outage = 2;

}  // namespace

bool row_attempts::may_be_a_rows(const database_error& e) const {
  const std::string& sqlstate = e.told().sqlstate;
  if (!connection_.usable() || e.fault() == database_fault::contention) {
    return false;
  }
  if (e.fault() == database_fault::outage) {
    return sqlstate == out_of_memory && number_ > attempts_of_an_outage;
  }
  return sqlstate != "XX001" && sqlstate != "XX002";  // damaged data, a damaged index
}

std::optional<database_error> row_attempts::keep(const std::function<void()>& work) const {
  return attempt(work, true);
}

std::optional<database_error> row_attempts::rehearse(const std::function<void()>& work) const {
  return attempt(work, false);
}

std::optional<database_error> row_attempts::attempt(const std::function<void()>& work, bool keeps) const {
  std::optional<database_error> refusal;
  connection_.run("SAVEPOINT ingest_rows");
  try {
    work();
  } catch (const database_error& e) {
    if (!may_be_a_rows(e)) {
      throw;
    }
    refusal = e;
  }
  connection_.run(keeps && !refusal ? "RELEASE SAVEPOINT ingest_rows"
                                    : "ROLLBACK TO SAVEPOINT ingest_rows; RELEASE SAVEPOINT ingest_rows");
  return refusal;
}

void row_attempts::narrow(std::size_t rows, const steps& s) const {
  std::optional<std::pair<std::size_t, database_error>> suspect;
  std::size_t window = rows;
  for (std::size_t next = 0; next < rows;) {
    const std::size_t end = std::min(rows, next + std::max<std::size_t>(window, 1));
    const auto refusal = keep([&] { s.send(next, end); });
    if (!refusal) {
      window = std::max(window, end - next) * 2;
      next = end;
      if (suspect && suspect->first == next) {
        s.refuse(next++, suspect->second);
        suspect.reset();
      }
      continue;
    }
    const auto bad = end - next == 1 ? next : s.blamed(*refusal, next, end);
    if (!bad) {
      window = (end - next) / 2;
    } else if (*bad == next) {
      window = std::min(window, least_window);
      s.refuse(next++, *refusal);
      suspect.reset();
    } else {
      suspect.emplace(*bad, *refusal);
      window = *bad - next;
    }
  }
}

}  // namespace ingest::detail
