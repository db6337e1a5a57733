#include "postgres/table_evolution.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "postgres/table_checks.hpp"

namespace ingest::detail {

namespace {

/// PostgreSQL has room for 1,600, of narrow types; what has dynamic names would go on for ever.
constexpr std::size_t most_columns = 500;

constexpr std::string_view lock_not_available = "55P03";
constexpr std::string_view too_many_columns = "54011";

std::size_t room_in(const target_table& target) {
  return most_columns - std::min(most_columns, target.shape.columns.size() + target.shape.kept_apart.size());
}

std::string listed(const std::vector<shape_column>& columns) {
  constexpr std::size_t most_named = 20;
  std::string list;
  for (std::size_t i = 0; i < std::min(columns.size(), most_named); ++i) {
    list += (i == 0 ? "" : ", ") + columns[i].name + ' ' + columns[i].type;
  }
  return columns.size() <= most_named ? list : list + " and " + std::to_string(columns.size() - most_named) + " more";
}

void say_not_added(const target_table& target, const std::vector<shape_column>& columns, const std::string& why) {
  log::warning(events::columns_not_added,
               "fields of records have no column, and go to " + extra_column_name + ", because " + why,
               {{"table", target.identity()}, {"columns", listed(columns)}});
}

/// Why it was not done, if that is known to be no fault of ours.
std::optional<database_error> refusal_of(postgres_connection& c, const std::string& sql,
                                         std::chrono::milliseconds patience) {
  c.run(c.begin() + "SET LOCAL lock_timeout = " + std::to_string(patience.count()));
  try {
    c.run(sql);
    c.execute("COMMIT");
    return std::nullopt;
  } catch (const database_error& e) {
    const std::string& sqlstate = e.told().sqlstate;
    const bool is_known = sqlstate == lock_not_available || sqlstate == too_many_columns ||
                          sqlstate.starts_with("22") || sqlstate.starts_with("P0");  // an event trigger forbids it
    if (!is_known || !c.usable()) {
      throw;
    }
    c.run("ROLLBACK");
    return e;
  }
}

/// Adds the columns, or those of them whose names the database can hold.
std::optional<database_error> add(postgres_connection& c, target_table& target, const std::vector<shape_column>& added,
                                  std::chrono::milliseconds patience) {
  auto refusal = refusal_of(c, table_shape::add_columns(target.quoted, added), patience);
  if (!refusal || !refusal->told().sqlstate.starts_with("22")) {
    return refusal;
  }
  for (const shape_column& one : added) {
    auto why = refusal_of(c, table_shape::add_columns(target.quoted, {one}), patience);
    if (why && !why->told().sqlstate.starts_with("22")) {
      return why;
    }
    if (why) {
      target.shape.kept_apart.insert(one.name);
      say_not_added(target, {one}, why->told().message);
    }
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const target_table& target, const std::vector<shape_column>& columns) {
  throw error(errc::bad_data, "records have fields that table " + target.identity() + " has no column for: " +
                                  listed(columns) + ". Add columns for them, or let `changes` be evolve or freeze");
}

/// The columns of `target` that are called like these.
std::vector<shape_column> found_again(const target_table& target, const std::vector<shape_column>& added) {
  std::vector<shape_column> found;
  for (const shape_column& c : added) {
    if (const shape_column* const there = target.shape.find(c.name)) {
      found.push_back(*there);
    }
  }
  return found;
}

}  // namespace

members new_members_of(const copy_rows& rows, const target_table& target) {
  std::unordered_set<std::string_view> known;
  for (const shape_column& c : target.shape.columns) {
    known.insert(c.name);
  }
  const std::size_t most = room_in(target) + 1;
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
        const auto other = has_other_name(name) ? column_name_of(name) : std::nullopt;
        const bool has_none = !known.contains(other ? *other : name);
        const bool wanted = !target.shape.says_nothing(value) && has_none && target.shape.wants_column(name);
        if (wanted && (found.size() < most || found.contains(name))) {
          found.of(name).note(value, {target.shape.texts, target.shape.epochs}, scratch);
        }
      });
    } catch (const json_fault&) {
      continue;  // the server will refuse it
    }
  }
  return found;
}

added_columns add_members(postgres_connection& c, const target_table& target, const members& found,
                          std::chrono::milliseconds patience) {
  std::vector<shape_column> added;
  for (const auto& [name, values] : found) {
    added.push_back(target.shape.column_for(name, values.type()));
  }
  if (target.shape.changes == schema_policy::refuse) {
    refuse(target, added);
  }
  added_columns result{target};
  if (added.size() > room_in(target)) {
    result.target.shape.is_full = true;
    say_not_added(target, {added.back()}, "the table has " + std::to_string(most_columns) + " columns");
    added.resize(room_in(target));
  }
  if (added.empty()) {
    return result;
  }
  if (const auto refusal = add(c, result.target, added, patience)) {
    result.target.shape.is_full = true;
    result.table_in_use = refusal->told().sqlstate == lock_not_available;
    say_not_added(target, added,
                  result.table_in_use ? "the table is in use: to add columns would keep everybody waiting who uses it"
                                      : refusal->told().message);
    return result;
  }
  result.target.fingerprint = table_fingerprint(c, target.quoted);
  const std::string oid = c.execute("SELECT $1::regclass::oid", {target.quoted}).text(0, 0);
  result.target.shape = typed_columns(c, result.target.shape, target.identity(), oid, result.target.types);
  log::info(events::columns_added, "added columns to " + target.identity(),
            {{"table", target.identity()}, {"columns", listed(found_again(result.target, added))}});
  return result;
}

}  // namespace ingest::detail
