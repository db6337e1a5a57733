#include <algorithm>

#include "beside_run.hpp"
#include "buffer/recovery.hpp"
#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "ledger_connection.hpp"
#include "pipeline_names.hpp"
#include "postgres/postgres_table.hpp"
#include "postgres/table_comparison.hpp"
#include "rejected_rows.hpp"
#include "to/postgres.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "FILE", .help = "The manifest of a connector: the same as FROM=connector:FILE."},
    {.name = "--from",
     .value = "TIME",
     .help =
         "Only what is from this time on, by the time that records bear: ISO 8601, or milliseconds since 1970. What "
         "the table has beyond what the source gives is not told then."},
    {.name = "--to", .value = "TIME", .help = "Only what is before this time."},
    {.name = "--repair",
     .help =
         "Put into the table what is missing in it, and, unless WRITE is skip, make what is different as the source "
         "has it. Nothing is removed."},
};

constexpr const char* name_of_run = "verify-run";  // no stream is called so

/// A schema for what the source gives now, with tables like those of the pipeline. Its name is the pipeline's own, so
/// that what a kill leaves behind goes with the next verification of that.
std::string schema_of(const settings& s) {
  std::string name = "ingest_verify_" + s.pipeline;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; }, '_');
  return shortened(name, "ingest_verify_" + s.pipeline, longest_name);
}

std::string list_of(const std::vector<std::string>& keys, std::uint64_t all) {
  std::string list;
  for (const std::string& key : keys) {
    list += (list.empty() ? "" : " ") + key;
  }
  return keys.empty() ? "" : " (" + list + (all > keys.size() ? " …" : "") + ")";
}

struct compared_stream {
  const stream_beside* stream;
  detail::table_name original;
  std::string copy;  ///< in SQL
};

class verification {
 public:
  verification(const settings& s, const invocation& asked, std::ostream& out)
      : settings_(s),
        part_(part_of_time_between(asked.text("--from"), asked.text("--to"))),
        repairs_(asked.has("--repair")),
        out_(out) {}

  int run() {
    auto streams = streams_beside(settings_, part_);
    for (stream_beside& stream : streams) {
      const bool has_key = stream.own.has_key && !stream.own.known_by_content;
      if (stream.problem.empty() && (!has_key || stream.own.write == disposition::append)) {
        stream.problem = "its rows have no key, so that nobody can tell which is which";
      }
      if (!stream.problem.empty()) {
        out_ << stream.name << (stream.name.empty() ? "" : ": ") << "not compared: " << stream.problem << '\n';
        same_ = false;
      }
    }
    std::erase_if(streams, [](const stream_beside& stream) { return !stream.problem.empty(); });
    const held_pipeline held(settings_, streams);
    make_copies(streams);
    if (!compared_.empty()) {
      const settings beside = settings_of_run(streams);
      if (const int exit_code = run_beside(beside, false); exit_code != 0) {
        return exit_code;
      }
      compare(beside);
      forget_run_beside(beside);
    }
    remove_copies();
    return same_ ? 0 : exit_code_of(errc::bad_data);
  }

 private:
  /// What loads the copies does with records of one key what the pipeline does.
  settings settings_of_run(std::vector<stream_beside> streams) const {
    std::erase_if(streams, [this](const stream_beside& stream) {
      return std::none_of(compared_.begin(), compared_.end(),
                          [&](const compared_stream& c) { return c.stream->name == stream.name; });
    });
    settings beside = settings_beside(settings_, streams, name_of_run, part_);
    beside.target_schema = schema_of(settings_);
    beside.table = beside.target_schema + "." + detail::table_name::parse(settings_.table).table;
    const bool is_said = streams.front().name.empty() || settings_.origins.contains("WRITE");
    beside.write = is_said && settings_.write == disposition::skip ? disposition::skip : disposition::merge;
    beside.origins["WRITE"] = name_of_run;  // of a connector's streams too
    return beside;
  }

  /// Like the tables themselves, so that values become what they are there, but without their constraints: what these
  /// refuse is missing in the table.
  void make_copies(const std::vector<stream_beside>& streams) {
    remove_copies();
    ledger_connection database(settings_);
    const std::string schema = schema_of(settings_);
    database->execute("CREATE SCHEMA " + database->quoted(schema));
    database->execute("COMMENT ON SCHEMA " + database->quoted(schema) + " IS " + database->literal(token_));
    for (const stream_beside& stream : streams) {
      const auto original = detail::table_name::parse(stream.own.table);
      const std::string name = detail::sql_name(*database, original);
      if (!detail::table_exists(*database, name)) {
        out_ << name << ": is not there\n";
        same_ = false;
        continue;
      }
      const std::string copy = detail::sql_name(*database, schema, original.table);
      database->execute("CREATE TABLE " + copy + " (LIKE " + name +
                        " INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY)");
      std::string key;
      for (const std::string& column : key_columns(stream.own)) {
        key += (key.empty() ? "" : ", ") + database->quoted(column);
      }
      database->execute("ALTER TABLE " + copy + " ADD PRIMARY KEY (" + key + ")");
      compared_.push_back({&stream, original, copy});
    }
  }

  void remove_copies() const {
    ledger_connection database(settings_);
    database->execute("DROP SCHEMA IF EXISTS " + database->quoted(schema_of(settings_)) + " CASCADE");
  }

  void compare(const settings& beside) {
    tell_of_refused(beside);
    ledger_connection database(settings_);
    database->be_patient();  // with a comparison, of which nothing is heard before its end
    for (const compared_stream& one : compared_) {
      database->run(database->begin("REPEATABLE READ"));
      hold(*database, one);
      const std::string original = detail::sql_name(*database, one.original);
      const auto tables = detail::tables_to_compare(*database, original, one.copy);
      const auto found = detail::differences_of(*database, tables, part_.is_all());
      tell(original, tables, found);
      if (repairs_ && found.missing + found.different > 0) {
        mend(*database, *one.stream, tables, original);
      } else {
        same_ = same_ && !found.any() && tables.lacking.empty();
      }
      database->run("COMMIT");
    }
  }

  /// Somebody else who verifies the same pipeline, elsewhere, would have put his own copies in their place.
  void hold(detail::postgres_connection& database, const compared_stream& one) const {
    database.execute("LOCK TABLE " + one.copy + " IN ACCESS SHARE MODE");
    const auto r = database.execute(
        "SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = $1",
        {schema_of(settings_)});
    if (r.empty() || r.text(0, 0) != token_) {
      throw error(errc::locked,
                  "somebody else verifies pipeline " + settings_.pipeline + ": wait until that has ended");
    }
  }

  void tell(const std::string& original, const detail::compared_tables& tables,
            const detail::table_differences& found) {
    out_ << original << ": " << found.rows << " rows, the source has " << found.against << "; " << found.missing
         << " missing" << list_of(found.missing_keys, found.missing) << ", " << found.different << " different"
         << list_of(found.different_keys, found.different);
    if (part_.is_all()) {
      out_ << ", " << found.extra << " that the source does not have" << list_of(found.extra_keys, found.extra);
    }
    if (found.doubled > 0) {
      out_ << ", " << found.doubled << " there more than once";
    }
    out_ << '\n';
    for (const std::string& column : tables.lacking) {
      out_ << "  the table has no column " << column << ": it is not compared\n";
    }
  }

  void mend(detail::postgres_connection& database, const stream_beside& stream, const detail::compared_tables& tables,
            const std::string& original) {
    const bool changes = stream.own.write != disposition::skip;
    const std::uint64_t rows = detail::repair(database, tables, changes, stream.own.version_field);
    const auto left = detail::differences_of(database, tables, part_.is_all());
    out_ << original << ": " << rows << " rows mended; " << left.missing << " missing, " << left.different
         << " different" << (left.different > 0 && !changes ? " (with WRITE=skip, the first that came stays)" : "")
         << " now\n";
    same_ = same_ && !left.any() && tables.lacking.empty();
  }

  /// What no table takes, as it came.
  void tell_of_refused(const settings& beside) {
    std::uint64_t refused = 0;
    for (const auto& file : rejects_files_in(beside.data_dir)) {
      for_each_reject(file, [&refused](const set_aside_row& row) {
        refused += row.is_refused ? 1 : 0;
        return true;
      });
    }
    if (refused > 0) {
      out_ << refused
           << " records of the source cannot be rows at all: ingest rejects list has those of the pipeline\n";
      same_ = false;
    }
  }

  const settings& settings_;
  part_of_time part_;
  bool repairs_;
  std::ostream& out_;
  std::vector<compared_stream> compared_;
  bool same_ = true;
  const std::string token_ = new_run_id();
};

int execute(const invocation& asked, std::ostream& out) {
  const settings s = settings_of(asked);
  return verification(s, asked, out).run();
}

}  // namespace

const command_definition command_verify = {
    .command = command::run,
    .name = "verify",
    .help = "Read the source again and compare it with the table, row by row; perhaps mend that",
    .words = "[FILE]",
    .options = options,
    .takes_connector = true,
    .execute = execute,
};

}  // namespace ingest::app
