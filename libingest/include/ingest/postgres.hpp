#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/metrics.hpp"
#include "ingest/run_ledger.hpp"
#include "ingest/sink.hpp"
#include "ingest/stop.hpp"

namespace ingest {

/// What becomes of a record whose key the table has.
enum class disposition {
  skip,    ///< it is a duplicate: the row that is there stays
  merge,   ///< it takes the place of that row, unless it is the same; of several, the last one that was read
  append,  ///< the table needs no key, and every record becomes a row

  /// The rows of a run take the place of all that are there, in one moment, when the run is complete; within the run,
  /// it is `skip`, or `append` where there is no key.
  replace,
};

/// What becomes of the character NUL in strings of a record, which PostgreSQL has no text for. In the names of fields,
/// and in keys, it is always refused: without it they could become others'.
enum class nul_policy {
  reject,  ///< the record is set aside
  strip,   ///< it is left out
  escape,  ///< its JSON escape is written out, as six characters
};

/// What becomes of fields of records that a typed table has no column for.
enum class schema_policy {
  evolve,  ///< columns are added for them
  freeze,  ///< they go to the column `_ingest_extra`
  refuse,  ///< errc::bad_data
};

/// Of a typed table, what columns become of numbers with a fraction.
enum class number_columns {
  numeric,  ///< which keep every digit
  real,     ///< `double precision`, which computes faster; a number with more digits is in `_ingest_extra` as well
};

/// Of a typed table, what columns become of texts, as far as all of a field's first values say it.
enum class text_reading {
  none,   ///< text
  times,  ///< dates, instants and UUIDs; numbers that somebody has written as texts stay texts
  all,    ///< numbers, true and false as well, as a CSV file has them; an empty text is null, whatever its column is
};

/// Of a typed table, what a number says in a column of instants (`timestamptz`): how long after 1970-01-01 00:00 UTC.
enum class epoch_unit {
  none,  ///< no instant: it does not fit
  seconds,
  milliseconds,
  microseconds,
};

/// A table with a column for each field of the records, and `_ingest_extra jsonb` for what does not fit into them: a
/// value that its column's type cannot hold is there under its field's name, and the column is null. A column is called
/// as its field is; one that PostgreSQL has no name for (longer than 63 bytes, or one of its own) gets its beginning
/// and a checksum.
struct typed_table {
  /// Fields of the records; of no use where they are appended. None, where they replace the table: every record is a
  /// row.
  std::vector<std::string> key = {"id"};
  schema_policy changes = schema_policy::evolve;

  /// The field that tells which of two records with one key is the newer one, where they are merged: a record takes the
  /// place of a row that has no greater value. Empty: the one that was read later.
  std::string version = "";

  /// A JSON Schema of the records, or nothing: the types of columns that we make, for a table that we create and for
  /// fields that come later. They are no promise: a value that does not fit is treated as any other is. Fields that it
  /// does not name get the type of their first values.
  std::string schema = "";

  number_columns numbers = number_columns::numeric;

  text_reading texts = text_reading::times;

  /// Whether an empty text is one, or as if there were none, as in a CSV file: with text_reading::all it is none
  /// anyway.
  bool keys_may_be_empty = true;

  /// Texts of such numbers count as well, and so do texts in ISO 8601 beside them; instants are of the years 1 to 9999.
  /// Columns of instants are made for such numbers where `schema` gives them the format "date-time", and where they
  /// stand beside such texts from the beginning.
  epoch_unit epochs = epoch_unit::none;

  /// Where a record says that its source has deleted it, a JSON pointer; empty: nowhere. The column
  /// `_ingest_deleted_at timestamptz` has the time that stands there, or of anything else but null, false, 0 and "", of
  /// which it is null, the time at which the record was first loaded as deleted.
  std::string deleted = "";

  bool has_uuid_key = false;  ///< the key is a uuid in a table that we create, whatever `schema` says
};

/// A process's part in a run that several processes load, each of them slices of its own for a while: as long as it
/// renews its leases.
struct slice_lease {
  std::string worker;  ///< names this process among all others, and those before and after it; not empty
  std::chrono::milliseconds term = std::chrono::seconds(15);  ///< by the server's clock
  std::size_t at_once = 8;  ///< no more are leased in one go: what is not read yet is kept from others
};

/// What of a run is left to be done.
struct work_left {
  bool is_complete = false;
  bool is_followed = false;                           ///< the pipeline has another run now
  bool is_locked = false;                             ///< somebody has it alone: begins, takes over or completes it
  std::uint64_t slices = 0;                           ///< that have not ended
  std::uint64_t free = 0;                             ///< 0: of these, each is another's, or being loaded
  std::optional<std::chrono::milliseconds> age = {};  ///< since the run was begun, by the server's clock
};

/// Where and how rows are loaded into PostgreSQL.
struct postgres_options {
  std::string url;                        ///< `postgresql://user:password@host:port/database`, or keyword=value pairs
  std::string table = "ingested_events";  ///< "table" or "schema.table", not quoted; at most 63 bytes each
  std::string pipeline;                   ///< whose rows of the ledger are meant; not empty
  std::filesystem::path rejects_file;     ///< rows that the table refuses go here, a line of JSON each
  std::uint64_t reject_limit = std::numeric_limits<std::uint64_t>::max();  ///< one more of a run's rows aborts it

  std::chrono::milliseconds outage_deadline = std::chrono::minutes(5);  ///< how long an outage may last
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds io_timeout = std::chrono::seconds(60);  ///< of silence, after which a connection is lost

  std::chrono::milliseconds disk_deadline = std::chrono::minutes(10);  ///< how long rejects_file may find no space

  /// Accept tables that PostgreSQL empties after a crash.
  bool allow_unlogged = false;

  /// The table is created, without its key; finalize() of the sink that completes the run removes duplicates and builds
  /// the key. Until then it may hold an event twice. A table that this pipeline did not create so is errc::config. A
  /// run that began so is finished so, whatever this says then.
  bool initial_load = false;

  /// Nothing: the table has the columns `id` and `data`, the line's key and the record.
  std::optional<typed_table> typed;

  /// `append` has one loader, and of `merge` no two loaders write rows of one key at a time, so that records go in as
  /// they were read. A run is finished with that which it began with: errc::config. What is the last one is not known
  /// of records in different slices.
  disposition write = disposition::skip;

  nul_policy nuls = nul_policy::reject;

  /// Nothing: whoever opens the run is to be its only process, and takes its slices from others that have some.
  std::optional<slice_lease> lease;

  std::shared_ptr<metrics> counters = std::make_shared<metrics>();
  timing time = {};
};

/// Which database a connection URL leads to, with what libpq adds to it from its environment, for people: "database
/// events on db.example.com:5432". Without user and password.
std::string place_of_database(const std::string& url);

namespace detail {
class load_session;
}

/// A run's table and ledger in a PostgreSQL database, shared by its loaders. Thread-safe. docs/protocol.md tells how
/// rows get there exactly once.
///
/// Calls that talk to the database block, but no longer than a second once `stop` is requested, when they throw
/// errc::cancelled. Errors name the database without its password. Besides what is said below they are
/// errc::unavailable (no answer), errc::authentication, and errc::config for what only a person can mend: unknown
/// database, missing permission, unsuitable table.
class postgres_target : public run_ledger {
 public:
  /// Connects to nothing. Throws errc::config for a URL, a table name or a pipeline name that cannot be.
  explicit postgres_target(postgres_options o);

  /// For a run that was made elsewhere, with connections of another kind (src/postgres/load_session.hpp): simulations.
  explicit postgres_target(std::shared_ptr<detail::load_session> session);

  /// Reads the pipeline's ledger and changes nothing: nothing is returned where there is none. Tries once.
  std::optional<ledger_view> peek(std::span<const slice_id> named = {}, std::stop_token stop = {}) const override;

  bool was_followed(const std::string& run_id, std::stop_token stop = {}) const override;

  /// Does all that open_run() does except for the taking over, and takes it back: whether rows could be loaded, and
  /// into which table. Tries once.
  std::string rehearse(std::stop_token stop = {}) const;

  /// Says for which run loaders open the target when nobody else has: for a database that is absent at the start.
  void expect(run_identity who, bool replace) override;

  void compare_with(known_pages known) override;

  /// Creates the ledger and the table where they are missing, checks them, and makes the slices its own that
  /// compare_with() has named: from then on no other process can load them. Returns what was loaded before. Waits for
  /// transactions of others that load them and through outages, until outage_deadline. With `replace` the ledger
  /// forgets what other runs have loaded (the table's rows stay); without, throws errc::bad_data if the ledger belongs
  /// to another run, or the table is gone though rows were loaded, and errc::config if the plan or the table is
  /// another. Twice is once.
  ledger_view open_run(const run_identity& who, bool replace, std::stop_token stop = {}) override;

  /// What open_run() returned, here or in a loader; nothing before.
  std::optional<ledger_view> opened() const;

  bool is_open() const override;

  /// Outages that are waited for, are so until outage_deadline.
  std::vector<slice_progress> claim(std::span<const slice_id> slices, outages o = outages::are_told,
                                    std::stop_token stop = {}) override;

  write_order order() const override;

  bool replaces_rows(std::stop_token stop = {}) override;

  /// Whether the run was not completed because it would have replaced rows by nothing that anybody has said: what it
  /// has read is worth nothing, and can be read anew.
  bool has_refused_emptiness() const;

  void expect_slices(std::uint64_t count) override;
  std::optional<counted_rows> completed() const override;

  void complete_with(std::string watermark) override;
  void complete_with_slices() override;

  /// With leases: those of this process last for another term from now on. To be called a few times in each term, from
  /// any thread. Tries once.
  void renew_leases(std::stop_token stop) const;

  /// They are anybody's at once. Tries once.
  void end_leases(std::stop_token stop) const;

  /// Whoever has let leases run out, and keeps slices locked in a transaction all the same, loses it. Tries once.
  void end_transactions_of_lost(std::stop_token stop) const;

  /// Of this run. Tries once.
  work_left look_for_work(const std::string& run_id, std::stop_token stop) const;

  /// Enters in the ledger's history of syncs that a process has failed to complete this run of the pipeline, or to
  /// begin the one that follows it: nothing goes by it. Tries once.
  void remember_failure(const std::string& run_id, int exit_code, const std::string& why,
                        std::stop_token stop = {}) const;

  std::optional<std::map<std::string, std::string>> watermarks(const std::string& stream, std::size_t most,
                                                               std::stop_token stop = {}) override;
  std::optional<std::string> watermark(const std::string& stream, const std::string& partition,
                                       std::stop_token stop = {}) override;

 private:
  friend std::unique_ptr<sink> make_postgres_sink(std::shared_ptr<postgres_target>, std::size_t, bool);
  std::shared_ptr<detail::load_session> session_;
};

/// The sink of a loader: one connection, made at the first write. It takes batches of keyed_encoder's lines that
/// consist of pages (batch::pages; of a pipeline with a durable buffer; errc::internal otherwise), and loads each in
/// one transaction together with its ledger rows: a line's key is the row's id, its record the row's data. Pages that
/// are in the ledger already are not loaded again. Outages are waited for, until outage_deadline; what write() throws
/// then is errc::unavailable, not transient, and in doubt if a COMMIT's answer was lost. errc::locked: another process
/// has taken over. errc::bad_data: the text is damaged, the ledger contradicts it, or reject_limit is exceeded.
///
/// With `completes_run`, finalize() marks the pipeline complete in the ledger, and for an initial load builds the key
/// in the same transaction: every page must be loaded by then, by whichever loader. One sink of the target does it
/// while others wait.
std::unique_ptr<sink> make_postgres_sink(std::shared_ptr<postgres_target> target, std::size_t loader,
                                         bool completes_run = true);

}  // namespace ingest
