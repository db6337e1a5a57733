#include <map>
#include <string_view>

#include "fuzz/copy_binary_reader.hpp"
#include "postgres/copy_encoder.hpp"
#include "simulation/simulated_statements.hpp"

namespace ingest::testing {

using detail::query_result;
using detail::staged;

namespace {

const std::string created = "\"ingested_events\"";
const std::string table = "\"public\".\"ingested_events\"";
const std::string key = "(its key)";  // as the sink hears from us, and says to us

/// The columns and their order are the same, however records are written.
const detail::table_shape& shape(disposition write = disposition::skip) {
  static const detail::table_shape keyed = detail::table_shape::of_events();
  static const detail::table_shape merged = detail::table_shape::of_events(disposition::merge);
  static const detail::table_shape keyless = detail::table_shape::of_events(disposition::append);
  return write == disposition::append ? keyless : write == disposition::merge ? merged : keyed;
}

/// The types of its columns, which have one name only.
std::vector<std::string> types() {
  std::vector<std::string> names;
  for (const detail::shape_column& c : shape().columns) {
    names.push_back(c.type);
  }
  return names;
}

bool has_event(const tables& in, table_id place, const std::string& id) {
  const auto found = in.rows.find(place);
  return found != in.rows.end() && found->second.events.contains(id);
}

/// Where the key of a line stands in a row, or the record.
std::size_t column_of(bool record) {
  std::size_t i = 0;
  while (shape().columns.at(i).at.has_value() != record) {
    ++i;
  }
  return i;
}

}  // namespace

const std::map<std::string, simulated_statements::table_statement>& simulated_statements::table_statements() {
  static const std::map<std::string, table_statement> known = {
      {shape().create(created, true), &simulated_statements::create_table},
      {shape(disposition::append).create(created, true), &simulated_statements::create_table},
      {detail::table_shape::find_key(), &simulated_statements::find_key},
      {shape().create_staging(table), &simulated_statements::create_staging},
      {shape().number_from(), &simulated_statements::number_from},
      {shape().index_staging(), &simulated_statements::index_staging},
      {shape().merge(table, types(), staged::between, key), &simulated_statements::merge},
      {shape(disposition::append).merge(table, types(), staged::between, ""), &simulated_statements::merge},
      {shape(disposition::merge).merge(table, types(), staged::between, key), &simulated_statements::merge_last},
      {shape(disposition::merge).change_nothing(table), &simulated_statements::change_nothing},
      {shape().differing(table, types()), &simulated_statements::find_differing},
  };
  return known;
}

query_result simulated_statements::create_table(const parameters&) {
  make_table(simulated_target, !appends());
  return done("CREATE TABLE");
}

query_result simulated_statements::find_key(const parameters& p) {
  return has_key(require(p.at(0))) ? query_result({{key}}, "SELECT 1") : query_result({}, "SELECT 0");
}

/// None of a table that was dropped since somebody asked for its number.
simulated_statements::rows simulated_statements::columns_of_table(const std::string& oid) const {
  rows columns;
  if (seen().name_of(std::stoi(oid)).empty()) {
    return columns;
  }
  for (const detail::shape_column& c : shape(db_.write()).columns) {
    const std::string required = c.required ? "t" : "f";
    columns.push_back({c.name, c.type, c.type, required, "f", required, "t", c.type, "0"});
  }
  return columns;
}

query_result simulated_statements::create_staging(const parameters&) {
  b_.made.staging.emplace();
  return done("CREATE TABLE");
}

query_result simulated_statements::number_from(const parameters& p) {
  b_.made.staging.value().next_number = std::stoull(p.at(0));
  return {{{p.at(0)}}, "SELECT 1"};
}

query_result simulated_statements::index_staging(const parameters&) {
  return done("CREATE INDEX");
}

std::uint64_t simulated_statements::copy(const std::string& said, const std::string& bytes) {
  const std::string sql = about_target(said);
  const std::string options = detail::copy_encoder(shape(), types()).options();
  const bool to_staging = sql == shape().copy_to_staging() + options;
  if (!to_staging && sql != shape().copy(table) + options) {
    unknown(sql);
  }
  if (b_.failed || (to_staging && !b_.made.staging)) {
    db_.fail(b_, "25P02", "current transaction is aborted, commands ignored until end of transaction block");
  }
  if (!to_staging) {
    touch(at_, lock_strength::key_share);
  }
  std::uint64_t line = 0;
  for (const auto& row : read_binary_copy(bytes, shape().columns.size())) {
    const std::string context =
        "COPY " + (to_staging ? detail::staging_name : at_) + ", line " + std::to_string(++line);
    const auto& id = row.at(column_of(false));
    const auto& data = row.at(column_of(true));
    if (data.value_or("").substr(0, 2) != "\1{") {
      db_.fail(b_, "22P02", "invalid input syntax for type json", context + ", column data");
    }
    if (to_staging) {
      b_.made.staging->rows.push_back({b_.made.staging->next_number++, id, data->substr(1)});
      continue;
    }
    if (appends()) {
      append_event(id, data->substr(1));
      continue;
    }
    require_id(id, context);
    insert_event(*id, data->substr(1));
  }
  return line;
}

bool simulated_statements::sees_event(const std::string& id) {
  const table_id table = touch(at_, lock_strength::key_share);
  return has_event(db_.committed_, table, id) || has_event(b_.made, table, id);
}

void simulated_statements::await_event(const std::string& id) {
  const table_id table = touch(at_, lock_strength::key_share);
  while (backend* holder = db_.other(b_, [&](const backend& o) { return has_event(o.made, table, id); })) {
    db_.wait_for(b_, *holder);
  }
}

void simulated_statements::insert_event(const std::string& id, const std::string& data) {
  await_event(id);
  if (sees_event(id)) {
    db_.fail(b_, "23505", "duplicate key value violates unique constraint \"ingested_events_pkey\"",
             "COPY " + at_ + ", line 1");
  }
  changed_rows().events[id] = data;
}

void simulated_statements::append_event(const std::optional<std::string>& id, const std::string& data) {
  event_rows& changed = changed_rows();
  changed.events[id.value_or(data)] = data;
  ++changed.copies[id.value_or(data)];
}

void simulated_statements::require_id(const std::optional<std::string>& id, const std::string& context) {
  if (!id) {
    const std::string& column = shape().columns.at(column_of(false)).name;
    db_.fail(b_, "23502", "null value in column \"" + column + "\" violates not-null constraint", context, column);
  }
}

query_result simulated_statements::merge(const parameters& p) {
  const std::uint64_t first = std::stoull(p.at(0));
  const std::uint64_t last = std::stoull(p.at(1));
  std::uint64_t inserted = 0;
  for (const auto& [n, staged_id, data] : b_.made.staging.value().rows) {
    if (n < first || n > last) {
      continue;
    }
    if (appends()) {
      append_event(staged_id, data);
      ++inserted;
      continue;
    }
    require_id(staged_id, "");
    const std::string& id = *staged_id;
    await_event(id);
    if (!sees_event(id)) {
      changed_rows().events[id] = data;
      ++inserted;
    }
  }
  return done("INSERT 0 " + std::to_string(inserted));
}

query_result simulated_statements::merge_last(const parameters& p) {
  const std::uint64_t first = std::stoull(p.at(0));
  const std::uint64_t last = std::stoull(p.at(1));
  std::map<std::string, std::string> chosen;
  for (const auto& [n, staged_id, data] : b_.made.staging.value().rows) {
    if (n >= first && n <= last) {
      require_id(staged_id, "");
      chosen[*staged_id] = data;
    }
  }
  std::uint64_t written = 0;
  for (const auto& [id, data] : chosen) {
    await_event(id);
    const tables now = seen();
    const auto& events = now.rows_of(at_).events;
    const auto there = events.find(id);
    if (there != events.end() && there->second == data) {
      continue;
    }
    changed_rows().rows_changed += there == events.end() ? 0 : 1;
    changed_rows().events[id] = data;
    ++written;
  }
  return done("INSERT 0 " + std::to_string(written));
}

query_result simulated_statements::change_nothing(const parameters&) {
  return done("UPDATE 0");
}

query_result simulated_statements::find_differing(const parameters&) {
  const tables now = seen();
  const auto& events = now.rows_of(at_).events;
  rows differing;
  for (const auto& row : b_.made.staging.value().rows) {
    const auto there = row.id ? events.find(*row.id) : events.end();
    if (there != events.end() && there->second != row.data) {
      differing.push_back({std::to_string(row.number)});
    }
  }
  const std::string tag = "SELECT " + std::to_string(differing.size());
  return {std::move(differing), tag};
}

}  // namespace ingest::testing
