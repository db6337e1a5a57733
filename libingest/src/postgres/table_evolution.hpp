#pragma once

#include "postgres/copy_rows.hpp"
#include "postgres/member_types.hpp"
#include "postgres/postgres_table.hpp"

namespace ingest::detail {

/// The members of these rows that no column of a typed target is for, and that want one.
members new_members_of(const copy_rows& rows, const target_table& target);

/// Adds a column for each of `found`, in a transaction of its own, and returns the target with all columns that the
/// table has then. Where the table is in use, so that this would keep its users waiting, or can have no more columns,
/// they stay in the extra column for now, and it is logged. Throws errc::bad_data where the shape refuses new members.
///
/// Should the process die behind the COMMIT, the columns are there and empty until their rows come again.
target_table add_members(postgres_connection& c, const target_table& target, const members& found);

}  // namespace ingest::detail
