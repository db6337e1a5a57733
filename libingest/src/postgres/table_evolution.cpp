#include "postgres/table_evolution.hpp"

#include <algorithm>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "postgres/table_checks.hpp"

namespace ingest::detail {

namespace {

/// PostgreSQL has room for 1,600, of narrow types; what has dynamic names would go on for ever.
constexpr std::size_t most_columns = 500;

/// For a table that is read or written for hours: whoever comes behind us waits as long.
constexpr const char* patience = "3s";
constexpr const char* lock_not_available = "55P03";

std::string listed(const std::vector<shape_column>& columns) {
  std::string list;
  for (const shape_column& c : columns) {
    list += (list.empty() ? "" : ", ") + c.name + ' ' + c.type;
  }
  return list;
}

void keep_apart(target_table& target, const std::vector<shape_column>& columns, const std::string& why) {
  for (const shape_column& c : columns) {
    target.shape.kept_apart.insert(c.name);
  }
  log::warning(events::columns_not_added,
               "fields of records have no column, and go to " + extra_column_name + " for now, because " + why,
               {{"table", target.identity()}, {"columns", listed(columns)}});
}

/// False where the table is in use.
bool add(postgres_connection& c, const std::string& sql) {
  c.run(c.begin() + "SET LOCAL lock_timeout = '" + patience + "'");
  try {
    c.run(sql);
    c.execute("COMMIT");
    return true;
  } catch (const database_error& e) {
    if (e.told().sqlstate != lock_not_available || !c.usable()) {
      throw;
    }
    c.run("ROLLBACK");
    return false;
  }
}

[[noreturn]] void refuse(const target_table& target, const std::vector<shape_column>& columns) {
  throw error(errc::bad_data, "records have fields that table " + target.identity() + " has no column for: " +
                                  listed(columns) + ". Add columns for them, or let `changes` be evolve or freeze");
}

}  // namespace

members new_members_of(const copy_rows& rows, const target_table& target) {
  members found;
  std::string scratch;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    try {
      json_scanner in(rows.record(i));
      if (in.peek() != '{') {
        continue;
      }
      in.object([&](std::string_view name) {
        const json_value value = in.value();
        if (!value.is_null() && target.shape.find(std::string(name)) == nullptr && target.shape.wants_column(name)) {
          found.of(name).note(value, scratch);
        }
      });
    } catch (const json_fault&) {
      continue;  // the server will refuse it
    }
  }
  return found;
}

target_table add_members(postgres_connection& c, const target_table& target, const members& found) {
  std::vector<shape_column> added;
  for (const auto& [name, values] : found) {
    added.push_back(column_of_member(name, values.type()));
  }
  if (target.shape.changes == schema_policy::refuse) {
    refuse(target, added);
  }
  target_table next = target;
  const std::size_t room = most_columns - std::min(most_columns, target.shape.columns.size());
  if (added.size() > room) {
    const auto first_too_many = added.begin() + static_cast<std::ptrdiff_t>(room);
    keep_apart(next, {first_too_many, added.end()}, "the table has " + std::to_string(most_columns) + " columns");
    added.erase(first_too_many, added.end());
  }
  if (added.empty()) {
    return next;
  }
  if (!add(c, table_shape::add_columns(target.quoted, added))) {
    keep_apart(next, added, "the table is in use: to add columns would keep everybody waiting who uses it");
    return next;
  }
  log::info(events::columns_added, "added columns to " + target.identity(),
            {{"table", target.identity()}, {"columns", listed(added)}});
  const std::string oid = c.execute("SELECT $1::regclass::oid", {target.quoted}).text(0, 0);
  next.shape = typed_columns(c, next.shape, target.identity(), oid, next.types);
  return next;
}

}  // namespace ingest::detail
