#include "commands/command_definition.hpp"
#include "discover_connector.hpp"
#include "ingest/error.hpp"
#include "postgres/libpq_connection.hpp"
#include "postgres/typed_view.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "FILE",
     .help = "Of a connector, its manifest or short spelling: tables, columns, keys, dispositions. Asks the API for "
             "first records where the file has no schema."},
    {.name = "--ddl", .help = "Print that as CREATE TABLE."},
    {.name = "--json", .help = "Print that as JSON."},
    {.name = "--view", .help = "Print a CREATE VIEW of TABLE, a column for each field that its records have."},
};

/// Changes nothing.
int print_view(const settings& s, std::ostream& out) {
  const detail::database_address address(s.database_url);
  detail::libpq_connection connection(address, "ingest", {s.connect_timeout, s.database_io_timeout}, {});
  out << detail::typed_view(connection, detail::table_name::parse(s.table));
  return 0;
}

/// A view is of a table; all else of a connector.
int execute(const invocation& asked, std::ostream& out) {
  const bool ddl = asked.has("--ddl");
  const bool json = asked.has("--json");
  const bool view = asked.has("--view");
  if (asked.has("FILE") ? view || (ddl && json) : !view || ddl || json) {
    throw error(errc::usage,
                "say what to print: ingest discover --view, or ingest discover FILE with --ddl, --json or neither (see "
                "ingest discover --help)");
  }
  if (view) {
    return print_view(settings_of(asked), out);
  }
  invocation without_database = asked;
  without_database.sources.flags["TO"] = "stdout";
  return discover_connector(settings_of(without_database, command::run),
                            ddl    ? discovery_form::ddl
                            : json ? discovery_form::json
                                   : discovery_form::text,
                            out);
}

}  // namespace

const command_definition command_discover = {
    .command = command::discover,
    .name = name_of(command::discover),
    .help = "Print what the streams of a connector become, or the statement that makes a view of TABLE",
    .words = "[FILE]",
    .options = options,
    .takes_connector = true,
    .execute = execute,
};

}  // namespace ingest::app
