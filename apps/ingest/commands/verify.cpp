#include <optional>

#include "beside_run.hpp"
#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "ledger_connection.hpp"
#include "postgres/postgres_table.hpp"
#include "postgres/table_comparison.hpp"

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
     .help = "Put into the table what is missing in it, and, with WRITE=merge, what is different. Nothing is removed."},
};

constexpr const char* name_of_run = "verify";

/// A schema for what the source gives now, with the tables as a run would make them.
std::string schema_of(const settings& s) {
  constexpr std::size_t longest_name = 63;
  return ("ingest_verify_" + s.pipeline).substr(0, longest_name);
}

settings settings_of_verification(const settings& s, const part_of_time& part) {
  settings beside = settings_beside(s, name_of_run, part);
  if (s.write == disposition::append || !s.has_key) {
    throw error(errc::config,
                "rows without a key cannot be told from each other, so that there is nothing to be compared by");
  }
  const auto named = detail::table_name::parse(s.table);
  beside.target_schema = schema_of(s);
  beside.table = beside.target_schema + "." + named.table;
  beside.write = disposition::skip;
  beside.origins["WRITE"] = name_of_run;  // of a connector's streams too
  return beside;
}

std::string list_of(const std::vector<std::string>& keys, std::uint64_t all) {
  std::string list;
  for (const std::string& key : keys) {
    list += (list.empty() ? "" : " ") + key;
  }
  return keys.empty() ? "" : " (" + list + (all > keys.size() ? " …" : "") + ")";
}

class comparison {
 public:
  comparison(const settings& s, const invocation& asked, const part_of_time& part, std::ostream& out)
      : settings_(s), repairs_(asked.has("--repair")), whole_(part.is_all()), out_(out), database_(s) {}

  /// Whether all tables have what the source gives, or have got it.
  bool run() {
    const auto tables = database_->execute(
        "SELECT relname FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND "
        "relkind = 'r' ORDER BY relname",
        {schema_of(settings_)});
    bool all_the_same = tables.rows() > 0;
    if (tables.rows() == 0) {
      out_ << "the source gives nothing\n";
    }
    for (std::size_t i = 0; i < tables.rows(); ++i) {
      all_the_same = compare(tables.text(i, 0)) && all_the_same;
    }
    return all_the_same;
  }

 private:
  bool compare(const std::string& table) {
    const std::string original = detail::sql_name(*database_, original_of(table));
    if (!detail::table_exists(*database_, original)) {
      out_ << original << ": is not there\n";
      return false;
    }
    const auto compared =
        detail::tables_to_compare(*database_, original, detail::sql_name(*database_, schema_of(settings_), table));
    const detail::table_differences found = detail::differences_of(*database_, compared, whole_);
    out_ << original << ": " << found.rows << " rows, the source has " << found.against << "; " << found.missing
         << " missing" << list_of(found.missing_keys, found.missing) << ", " << found.different << " different"
         << list_of(found.different_keys, found.different);
    if (whole_) {
      out_ << ", " << found.extra << " that the source does not have" << list_of(found.extra_keys, found.extra);
    }
    out_ << '\n';
    for (const std::string& column : compared.lacking) {
      out_ << "  the table has no column " << column << ": it is not compared\n";
    }
    if (!repairs_ || found.missing + found.different == 0) {
      return !found.any() && compared.lacking.empty();
    }
    return mend(compared, original);
  }

  bool mend(const detail::compared_tables& compared, const std::string& original) {
    const bool changes = settings_.write == disposition::merge;
    database_->run(database_->begin());
    const std::uint64_t rows = detail::repair(*database_, compared, changes);
    database_->run("COMMIT");
    const auto left = detail::differences_of(*database_, compared, whole_);
    out_ << original << ": " << rows << " rows mended; " << left.missing << " missing, " << left.different
         << " different" << (left.different > 0 && !changes ? " (with WRITE=skip, the first that came stays)" : "")
         << " now\n";
    return !left.any() && compared.lacking.empty();
  }

  /// Where the pipeline loads it.
  detail::table_name original_of(const std::string& table) const {
    const auto named = detail::table_name::parse(settings_.table);
    return {named.schema.empty() ? settings_.target_schema : named.schema, table, table};
  }

  const settings& settings_;
  bool repairs_;
  bool whole_;
  std::ostream& out_;
  ledger_connection database_;
};

void make_schema(const settings& s, bool anew) {
  ledger_connection database(s);
  const std::string schema = database->quoted(schema_of(s));
  if (anew) {
    database->execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  }
  database->execute("CREATE SCHEMA IF NOT EXISTS " + schema);
}

void remove_schema(const settings& s) {
  ledger_connection database(s);
  database->execute("DROP SCHEMA IF EXISTS " + database->quoted(schema_of(s)) + " CASCADE");
}

int execute(const invocation& asked, std::ostream& out) {
  const part_of_time part = part_of_time_between(asked.text("--from"), asked.text("--to"));
  const settings s = settings_of(asked);
  const settings beside = settings_of_verification(s, part);
  make_schema(s, !std::filesystem::exists(beside.data_dir));
  if (const int exit_code = run_beside(beside); exit_code != 0) {
    return exit_code;
  }
  const bool same = comparison(s, asked, part, out).run();
  remove_schema(s);
  forget_run_beside(beside);
  return same ? 0 : exit_code_of(errc::bad_data);
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
