#include "commands/validate.hpp"

#include <filesystem>
#include <iomanip>
#include <vector>

#include "beside_run.hpp"
#include "buffer/data_dir.hpp"
#include "check.hpp"
#include "commands/command_definition.hpp"
#include "from/from.hpp"
#include "from/process_streams.hpp"
#include "ingest/log.hpp"
#include "settings/weakened_settings.hpp"
#include "to/to.hpp"
#include "validate_manifest.hpp"

namespace ingest::app {

namespace {

/// 0, or the exit code of the failure.
int make(const check& c, std::ostream& out) {
  try {
    print_verdict(out, "ok", c.name, c.look());
    return 0;
  } catch (...) {
    const error e = current_error();
    print_verdict(out, "FAILED", c.name, e.what());
    return e.exit_code();
  }
}

std::string look_at_data_dir(const settings& s) {
  const data_dir directory(s.data_dir);
  const auto free = std::filesystem::space(directory.path()).available;
  std::string found = directory.path().string() + ": writable, " + std::to_string(free >> 20) + " MiB free";
  if (free < s.buffer_quota_bytes) {
    found += ", less than BUFFER_QUOTA_BYTES: fetching pauses when the disk is full";
  }
  return found;
}

/// Of each stream, which has a table of its own. None where that cannot be known, which the check of FROM says, and
/// where FROM has no streams.
std::vector<settings> settings_of_streams(const settings& s) {
  std::vector<settings> all;
  try {
    if (s.from.is_process()) {
      return settings_of_process_streams(s, {});
    }
    if (s.from.what == source_choice::kind::connector) {
      for (stream_beside& stream : streams_beside(s, {})) {
        if (stream.problem.empty()) {
          all.push_back(std::move(stream.own));
        }
      }
    }
  } catch (const error&) {
    all.clear();
  }
  return all;
}

}  // namespace

void print_verdict(std::ostream& out, std::string_view verdict, std::string_view name, const std::string& text) {
  out << std::left << std::setw(7) << verdict << std::setw(10) << name << log::redact(text) << std::endl;
}

int check_all(const setting_sources& sources, std::ostream& out) {
  settings s;
  const check whether_settings_load{"settings", [&] {
                                      s = load_settings(sources, command::validate);
                                      return std::to_string(s.origins.size()) +
                                             " given, the others have their defaults";
                                    }};
  int first_failure = make(whether_settings_load, out);
  if (first_failure != 0) {
    return first_failure;
  }
  for (const std::string& doubt : s.misspelt) {
    print_verdict(out, "WARN", "settings", doubt);
  }
  for (const std::string& nothing : s.unused) {
    print_verdict(out, "WARN", "settings", nothing);
  }
  for (const std::string& weakness : weakened_settings(s, command::validate)) {
    print_verdict(out, "WARN", "settings", weakness);
  }
  std::vector<check> checks;
  if (to_of(s).durable) {
    checks.push_back({"data_dir", [&] { return look_at_data_dir(s); }});
  }
  checks.push_back(from_of(s).probe(s));
  const std::vector<settings> streams = to_of(s).durable ? settings_of_streams(s) : std::vector<settings>();
  if (const auto probe = to_of(s).probe) {
    for (const settings& own : streams) {
      checks.push_back(probe(own));
    }
    if (streams.empty()) {
      checks.push_back(probe(s));
    }
  }
  for (const check& c : checks) {
    const int code = make(c, out);
    first_failure = first_failure == 0 ? code : first_failure;
  }
  return first_failure;
}

namespace {

constexpr own_option options[] = {
    connector_file,
    {.name = "--offline",
     .help = "Check only what FILE says itself: which of its streams run here, and what is wrong or lacking in it, by "
             "lines. Asks no API, and needs no settings."},
    {.name = "--json", .help = "With --offline: print that as JSON."},
};

int execute(const invocation& asked, std::ostream& out) {
  const bool offline = asked.has("--offline");
  if (asked.has("FILE") ? asked.has("--json") && !offline : offline || asked.has("--json")) {
    throw error(errc::usage,
                "--offline and --json are of a manifest: ingest validate manifest.yaml --offline (see "
                "ingest validate --help)");
  }
  return offline ? validate_manifest(asked.text("FILE"), asked.has("--json"), out) : check_all(asked.sources, out);
}

}  // namespace

const command_definition command_validate = {
    .command = command::validate,
    .name = name_of(command::validate),
    .help = "Check the settings, DATA_DIR, where events come from and where they go",
    .words = "[FILE]",
    .options = options,
    .takes_connector = true,
    .execute = execute,
};

}  // namespace ingest::app
