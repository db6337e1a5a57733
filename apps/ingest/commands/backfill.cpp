#include "beside_run.hpp"
#include "commands/command_definition.hpp"
#include "ingest/error.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "FILE", .help = "The manifest of a connector: the same as FROM=connector:FILE."},
    {.name = "--from",
     .value = "TIME",
     .help = "Where the part begins that is read again, by the time that records bear: ISO 8601, or milliseconds since "
             "1970. Without it, at the beginning."},
    {.name = "--to", .value = "TIME", .help = "Where it ends. Without it, now."},
};

std::string text_of(const std::optional<std::int64_t>& ms, const char* open) {
  return ms ? std::to_string(*ms) : open;
}

int execute(const invocation& asked, std::ostream& out) {
  if (!asked.has("--from") && !asked.has("--to")) {
    throw error(errc::usage,
                "say what is to be read again: ingest backfill --from TIME --to TIME (see ingest backfill --help)");
  }
  const part_of_time part = part_of_time_between(asked.text("--from"), asked.text("--to"));
  const settings s = settings_of(asked);
  const std::string name = "backfill-" + text_of(part.from_ms, "begin") + "-" + text_of(part.to_ms, "now");
  const settings beside = settings_beside(s, name, part);
  const int exit_code = run_beside(beside);
  if (exit_code == 0) {
    forget_run_beside(beside);
    out << "read again and loaded: pipeline " << beside.pipeline << "; where " << s.pipeline
        << " stands is what it was\n";
  }
  return exit_code;
}

}  // namespace

const command_definition command_backfill = {
    .command = command::run,
    .name = "backfill",
    .help = "Read a part of the source's time once more, beside where the pipeline stands",
    .words = "[FILE] --from TIME --to TIME",
    .options = options,
    .takes_connector = true,
    .execute = execute,
};

}  // namespace ingest::app
