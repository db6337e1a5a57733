#include <cstdio>
#include <tuple>

#include "fuzz/copy_binary_reader.hpp"
#include "simulation/simulated_statements.hpp"

namespace ingest::testing {

using detail::query_result;

std::uint64_t simulated_statements::copy(const std::string& sql, const std::string& bytes) {
  const bool staged = sql == "COPY pg_temp.ingest_staging (id, data) FROM STDIN WITH (FORMAT binary)";
  if (!staged && sql != "COPY \"public\".\"ingested_events\" (id, data) FROM STDIN WITH (FORMAT binary)") {
    unknown(sql);
  }
  if (b_.failed || (staged && !b_.made.staging)) {
    db_.fail(b_, "25P02", "current transaction is aborted, commands ignored until end of transaction block");
  }
  std::uint64_t line = 0;
  for (const auto& row : read_binary_copy(bytes)) {
    const std::string context =
        std::string("COPY ") + (staged ? "ingest_staging" : "ingested_events") + ", line " + std::to_string(++line);
    const auto& [id, data] = std::tie(row.at(0), row.at(1));
    if (data.value_or("").substr(0, 2) != "\1{") {
      db_.fail(b_, "22P02", "invalid input syntax for type json", context + ", column data");
    }
    if (staged) {
      b_.made.staging->rows.push_back({b_.made.staging->next_number++, id, data->substr(1)});
      continue;
    }
    require_id(id, context);
    insert_event(*id, data->substr(1));
  }
  return line;
}

void simulated_statements::insert_event(const std::string& id, const std::string& data) {
  while (backend* holder = db_.other(b_, [&](const backend& o) { return o.made.events.contains(id); })) {
    db_.wait_for(b_, *holder);
  }
  if (sees_event(id)) {
    db_.fail(b_, "23505", "duplicate key value violates unique constraint \"ingested_events_pkey\"",
             "COPY ingested_events, line 1");
  }
  b_.made.events[id] = data;
}

void simulated_statements::require_id(const std::optional<std::string>& id, const std::string& context) {
  if (!id) {
    db_.fail(b_, "23502", "null value in column \"id\" violates not-null constraint", context, "id");
  }
}

query_result simulated_statements::insert_staged(const std::string& sql) {
  unsigned long long first = 0;
  unsigned long long last = 0;
  const std::string where = sql.substr(std::min(sql.find("WHERE"), sql.size()));
  if (std::sscanf(where.c_str(), "WHERE n BETWEEN %llu AND %llu ON CONFLICT", &first, &last) != 2) {
    unknown(sql);
  }
  std::uint64_t inserted = 0;
  for (const auto& [n, staged_id, data] : b_.made.staging.value().rows) {
    if (n < first || n > last) {
      continue;
    }
    require_id(staged_id, "");
    const std::string& id = *staged_id;
    while (backend* holder = db_.other(b_, [&](const backend& o) { return o.made.events.contains(id); })) {
      db_.wait_for(b_, *holder);
    }
    if (!sees_event(id)) {
      b_.made.events[id] = data;
      ++inserted;
    }
  }
  return done("INSERT 0 " + std::to_string(inserted));
}

}  // namespace ingest::testing
