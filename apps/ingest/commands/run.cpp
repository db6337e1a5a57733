#include "commands/command_definition.hpp"
#include "connector_run.hpp"
#include "process_run.hpp"
#include "run_command.hpp"
#include "telemetry/telemetry.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "--fresh", .help = "Forget the run in DATA_DIR and begin anew; its rejected rows are kept."},
    {.name = "--yes", .help = "With --fresh: even if DATA_DIR holds something."},
};
constexpr own_option options_with_file[] = {
    connector_file,
    options[0],
    options[1],
};
constexpr own_option options_of_read[] = {
    connector_file,
    {.name = "--limit", .value = "N", .help = "Print so many records of each stream, and stop."},
};

void require_limit_is_possible(const settings& s) {
  if (s.limit == 0) {
    throw error(errc::usage, "--limit 0 would print nothing: say how many records of each stream are to be printed");
  }
  if (s.to.what != target_choice::kind::standard_output) {
    throw error(errc::usage, "--limit is for a look at records on standard output, and TO is another place");
  }
}

int execute(const invocation& asked, std::ostream&) {
  settings s = settings_of(asked);
  const command c = asked.command->command;
  const bool fresh = asked.has("--fresh");
  if (asked.has("--limit")) {
    s.limit = asked.number("--limit", 0);
    require_limit_is_possible(s);
  }
  check_fresh(s, fresh, asked.has("--yes"));
  return with_telemetry(s, asked.command->name, [&] {
    if (s.from.what == source_choice::kind::connector && c != command::load) {
      return run_connector(s, c, fresh);
    }
    if (s.from.is_process() && c != command::load) {
      return run_process(s, c, fresh);
    }
    return run_command(s, c, fresh);
  });
}

}  // namespace

const command_definition command_run = {
    .command = command::run,
    .name = name_of(command::run),
    .help = "Take events from where FROM says to where TO says, as from an API into a database; resumes what was begun",
    .words = "[FILE]",
    .options = options_with_file,
    .takes_connector = true,
    .execute = execute,
};

const command_definition command_read = {
    .command = command::run,
    .name = "read",
    .help = "Print the records of a connector's streams, a line of JSON each: run with TO=stdout",
    .words = "[FILE]",
    .options = options_of_read,
    .takes_connector = true,
    .to_stdout = true,
    .execute = execute,
};

const command_definition command_fetch = {
    .command = command::fetch,
    .name = name_of(command::fetch),
    .help = "Take events from where FROM says into the buffer in DATA_DIR only",
    .words = "[FILE]",
    .options = options_with_file,
    .takes_connector = true,
    .execute = execute,
};

const command_definition command_load = {
    .command = command::load,
    .name = name_of(command::load),
    .help = "Load what the buffer in DATA_DIR holds into the database only; takes neither FROM nor TO",
    .options = options,
    .execute = execute,
};

}  // namespace ingest::app
