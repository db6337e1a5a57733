#include <algorithm>

#include "beside_run.hpp"
#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "telemetry/telemetry.hpp"

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

/// Whether what a broken-off backfill has fetched may be loaded after syncs of the pipeline: where what is there by its
/// key stays, or records say themselves which is newer. Else it would take the place of what came later.
bool may_wait(const stream_beside& stream) {
  return stream.own.write == disposition::skip || !stream.own.version_field.empty();
}

int execute(const invocation& asked, std::ostream& out) {
  if (!asked.has("--from") && !asked.has("--to")) {
    throw error(errc::usage,
                "say what is to be read again: ingest backfill --from TIME --to TIME (see ingest backfill --help)");
  }
  const part_of_time part = part_of_time_between(asked.text("--from"), asked.text("--to"));
  const settings s = settings_of(asked);
  auto streams = streams_beside(s, part);
  bool all = true;
  for (stream_beside& stream : streams) {
    if (stream.problem.empty() && stream.own.write == disposition::replace) {
      stream.problem = "each sync replaces its table, and reads everything";
    }
    if (!stream.problem.empty()) {
      out << stream.name << ": not read: " << stream.problem << '\n';
      all = false;
    }
  }
  std::erase_if(streams, [](const stream_beside& stream) { return !stream.problem.empty(); });
  if (streams.empty()) {
    throw error(errc::config, "there is nothing that could be read so");
  }
  const held_pipeline held(s, streams);
  settings beside = settings_beside(
      s, streams, "backfill-" + text_of(part.from_ms, "begin") + "-" + text_of(part.to_ms, "now"), part);
  const auto work = [&] { return run_beside(beside, std::all_of(streams.begin(), streams.end(), may_wait)); };
  const int exit_code = with_telemetry(beside, asked.command->name, work, s.pipeline);
  if (exit_code != 0) {
    return exit_code;
  }
  forget_run_beside(beside);
  out << "read again and loaded; where " << s.pipeline << " stands is what it was\n";
  return all ? 0 : exit_code_of(errc::config);
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
