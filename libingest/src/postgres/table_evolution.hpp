#pragma once

#include <chrono>

#include "postgres/copy_rows.hpp"
#include "postgres/member_types.hpp"
#include "postgres/postgres_table.hpp"

namespace ingest::detail {

/// The members of these rows that no column of a typed target is for, and that want one: no more than it has room for,
/// and one.
members new_members_of(const copy_rows& rows, const target_table& target);

/// What became of members that want columns.
struct added_columns {
  target_table target;        ///< with all columns that the table has then
  bool table_in_use = false;  ///< it has gone on without, after `patience`
};

/// Adds a column for each of `found`, in a transaction of its own. Those that the table has no room for stay in the
/// extra column; and so do all, where the table is in use for longer than `patience`: everybody who comes behind us
/// would wait as well. That is logged. Throws errc::bad_data where the shape refuses new members.
///
/// Should the process die behind the COMMIT, the columns are there and empty until their rows come again.
added_columns add_members(postgres_connection& c, const target_table& target, const members& found,
                          std::chrono::milliseconds patience);

}  // namespace ingest::detail
