#include <sstream>

#include "commands/command_definition.hpp"
#include "commands/validate.hpp"
#include "core/replaced_file.hpp"
#include "doctor/examination.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "json_text.hpp"
#include "ledger_connection.hpp"
#include "pipeline_names.hpp"
#include "postgres/sync_history.hpp"
#include "status_view.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    connector_file,
    {.name = "--into",
     .value = "FILE",
     .help = "Write what was found, the names of the settings that are given and where, the state in DATA_DIR and the "
             "syncs that the ledger remembers into a file for a report of a bug. It has no secrets; look at it all the "
             "same before it is given to others."},
};

/// Lines, and the exit code of the first that is bad.
int examine(const settings& s, std::ostream& out) {
  int first_failure = 0;
  for (const examination& e : examinations()) {
    try {
      for (const finding& f : e.look(s)) {
        const bool is_bad = f.is == finding::grade::bad;
        print_verdict(out, is_bad ? "FAILED" : f.is == finding::grade::doubtful ? "WARN" : "ok", e.name, f.text);
        first_failure = first_failure == 0 && is_bad ? exit_code_of(errc::config) : first_failure;
      }
    } catch (...) {
      const error failure = current_error();
      print_verdict(out, "FAILED", e.name, failure.what());
      first_failure = first_failure == 0 ? failure.exit_code() : first_failure;
    }
  }
  return first_failure;
}

/// What `look` tells, or why it does not.
template <class Look>
std::string told_by(Look look) {
  try {
    return look();
  } catch (...) {
    return std::string("cannot be told: ") + log::redact(current_error().what()) + "\n";
  }
}

std::string settings_given(const settings& s) {
  std::string lines;
  for (const auto& [name, origin] : s.origins) {
    lines.append(name).append(" (").append(origin).append(")\n");
  }
  return lines;
}

std::string history_of(const settings& s) {
  ledger_connection ledger(s);
  std::string lines;
  for (const detail::remembered_pipeline& p : detail::read_history(*ledger, known_pipelines(*ledger, s.pipeline), 20)) {
    lines += p.name + " (" + p.disposition + ")\n";
    for (const detail::remembered_sync& one : p.syncs) {
      lines += "  " + std::to_string(one.generation) + " begun " + one.begun_at + ", complete " + one.completed_at +
               ", " + std::to_string(one.rows) + " rows, " + std::to_string(one.duplicates) + " duplicates, " +
               std::to_string(one.rejected) + " rejected, " + std::to_string(one.tries) + " tries; failed " +
               one.failed_at + " " + log::redact(one.failure) + "\n";
    }
  }
  return lines;
}

void write_report(const settings& s, const std::string& found, const std::filesystem::path& file) {
  detail::replace_file(posix_file_system(), file,
                       "# ingest doctor\n" + found + "\n# settings given\n" + settings_given(s) + "\n# state\n" +
                           told_by([&] {
                             const auto state = view_status(posix_file_system(), s.data_dir);
                             return state ? status_json(*state) : std::string("none\n");
                           }) +
                           "\n# syncs\n" + told_by([&] { return history_of(s); }));
}

void tell(const invocation& asked, const settings& s, const std::string& found, std::ostream& out) {
  if (asked.has("--into")) {
    write_report(s, found, asked.text("--into"));
    out << asked.text("--into") << " has it for a report\n";
  }
}

int execute(const invocation& asked, std::ostream& out) {
  std::ostringstream found;
  int exit_code = check_all(asked.sources, found);
  out << found.str() << std::flush;
  settings s;
  try {
    s = settings_of(asked);
  } catch (const error&) {  // which the check of the settings has said
    s = {};
    tell(asked, s, found.str(), out);
    return exit_code;
  }
  std::ostringstream more;
  const int examined = examine(s, more);
  out << more.str();
  exit_code = exit_code == 0 ? examined : exit_code;
  tell(asked, s, found.str() + more.str(), out);
  return exit_code;
}

}  // namespace

const command_definition command_doctor = {
    .command = command::validate,
    .name = "doctor",
    .help = "Check what validate does, and machine, disk and server for what endangers a promise",
    .words = "[FILE]",
    .options = options,
    .takes_connector = true,
    .execute = execute,
};

}  // namespace ingest::app
