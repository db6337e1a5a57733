#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ingest/batch.hpp"
#include "ingest/postgres.hpp"
#include "ingest/run_ledger.hpp"
#include "postgres/postgres_array.hpp"
#include "postgres/postgres_connection.hpp"

/// What the statements of the ledger have in common.
namespace ingest::detail {

inline std::uint64_t unsigned_at(const query_result& r, std::size_t row, int column) {
  return static_cast<std::uint64_t>(r.number(row, column));
}

inline slice_id slice_at(const query_result& r, std::size_t row, int stream) {
  return {r.text(row, stream), r.text(row, stream + 1)};
}

/// Names of slices as two parameters.
struct slice_arrays {
  text_array streams, slices;

  slice_arrays() = default;

  template <class Slices>
  explicit slice_arrays(const Slices& all) {
    for (const slice_id& s : all) {
      add(s);
    }
  }

  void add(const slice_id& s) {
    streams.add(s.stream());
    slices.add(s.name());
  }
};

/// For FROM: the slices s, or pages p, of pipeline $1 that $2, $3 (and $4) name, in one order for all who lock them. A
/// lookup each, whatever the planner takes a table for: what was empty when statistics were made is a million rows a
/// minute later, and a join would go through all of them for each name. Of slices for which a `condition` does not hold
/// nothing is locked.
inline std::string lookup_of_slices(const std::string& names, const std::string& lock = "",
                                    const std::string& condition = "") {
  return "(SELECT stream, slice FROM " + names +
         " ORDER BY stream, slice) AS n CROSS JOIN LATERAL (SELECT *, ctid AS place FROM ingest.slices "
         "WHERE pipeline = $1 AND stream = n.stream AND slice = n.slice" +
         condition + " OFFSET 0" + lock + ") AS s";
}
inline const std::string named_slices = "unnest($2::text[], $3::text[]) AS named (stream, slice)";
inline const std::string lookup_of_pages =
    "unnest($2::text[], $3::text[], $4::bigint[]) AS n (stream, slice, page) CROSS JOIN LATERAL (SELECT *, ctid AS "
    "place FROM ingest.pages WHERE pipeline = $1 AND stream = n.stream AND slice = n.slice AND page = n.page OFFSET 0) "
    "AS p";

/// Locks of the pipeline. Those who share a row's lock pass by one who waits to have it alone, so that busy loaders of
/// an old process could keep a new one waiting for ever; the queue of this one is fair.
inline std::string advisory_lock(const postgres_connection& c, std::string_view function, const std::string& pipeline) {
  return "SELECT " + std::string(function) + "(hashtextextended(" + c.literal("ingest: pipeline " + pipeline) + ", 0))";
}

/// Enters slices that the ledger does not have.
void enter_slices(postgres_connection& c, const std::string& pipeline, const slice_arrays& names);

/// Locks the pipeline's row, as strongly as `strength`, and checks that it is still ours.
server_transaction lock_pipeline(postgres_connection& c, const run_identity& who, const std::string& strength);

/// Throws errc::locked unless the fence of a slice is still `ours`; `now` is empty where the ledger has no such slice.
void check_fence(const slice_id& slice, std::int64_t ours, std::optional<std::int64_t> now,
                 const std::string& pipeline);

/// The page's row must tell of the same: columns last, bytes, rows, crc, position from `column` on.
void compare_page(const page& ours, const query_result& r, std::size_t row, int column, const std::string& pipeline);

/// Of pages that are folded the ledger has the last one's position: where that is another, so were the pages.
void compare_folded(const page& ours, const slice_progress& folded, const std::string& pipeline);

/// One row: run_id, plan, complete, target, generation, rows_before, watermark, shape, disposition; none where the
/// ledger does not know the pipeline.
query_result stored_run(postgres_connection& c, const std::string& pipeline);

/// What stands in the ledger of a pipeline, `stored` of stored_run().
ledger_view read_view(postgres_connection& c, const std::string& pipeline, const query_result& stored,
                      std::span<const slice_id> named);

/// A table that a run is loaded into.
struct place {
  std::string identity;  ///< schema.table
  std::string quoted;    ///< for SQL
  bool exists;
  std::string shape = "";   ///< table_shape::description()
  bool is_renewed = false;  ///< whatever is there: the next run brings all of it
};

/// Why the `rows` that a run has brought, or has found there already, are not in the table any more, if so. Of some of
/// them nobody could tell, but all of them are removed together.
std::optional<error> why_gone(postgres_connection& c, std::uint64_t rows, const place& at);

/// As the ledger has it.
std::string name_of(disposition d);

/// Whether the ledger has it that rows were made as `ours` says. Older versions, which did not write that down, had one
/// shape.
bool is_of_shape(const std::string& stored, const std::string& ours);
error other_shape(const std::string& pipeline, const std::string& stored, const std::string& ours);

/// Why rows that were loaded into what stored_run() tells of are not where, or what, they are wanted to be, if so.
std::optional<error> elsewhere(postgres_connection& c, const ledger_view& view, const query_result& stored,
                               const place& wanted);

inline const std::string owners_advice =
    ". Give this run a `pipeline` and a `directory` of its own, or go on with that one as it was; "
    "`start_over()` loads all of it anew";

inline const std::string page_differs =
    "\" is in the database's ledger with other content than in the buffer: another host has gone on with this "
    "pipeline, "
    "or the buffer or the database was restored from an older copy. Go on there or with an empty `directory`, or use "
    "`start_over()`";

enum class locked_slices { are_waited_for, are_left };

/// Folds what can be folded of the whole pipeline.
void fold_all(postgres_connection& c, const std::string& pipeline, locked_slices l = locked_slices::are_waited_for);

/// Sums over the pipeline.
struct ledger_sums {
  std::uint64_t slices_done = 0;
  std::uint64_t pages = 0;
  std::uint64_t rows = 0;  ///< in the table
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
};
ledger_sums read_sums(postgres_connection& c, const std::string& pipeline);

}  // namespace ingest::detail
