#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "json_text.hpp"
#include "ledger_connection.hpp"
#include "pipeline_names.hpp"
#include "postgres/sync_history.hpp"
#include "status_view.hpp"
#include "text_table.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "NAME",
     .help = "A pipeline: the syncs of it and of its streams that the ledger remembers, the newest first, and the "
             "processes that share the one that is open. Without it, "
             "the run in DATA_DIR, which needs no database and disturbs no running process."},
    {.name = "--limit", .value = "N", .help = "With NAME, the most syncs of each stream. [10]"},
    {.name = "--json", .help = "Print the status as JSON."},
};

/// Needs neither API nor database.
int show_directory(const settings& s, bool json, std::ostream& out) {
  const auto status = view_status(posix_file_system(), s.data_dir);
  if (!status) {
    throw error(errc::config, "there is no run in " + s.data_dir.string() +
                                  " yet; begin one with ingest run, or set DATA_DIR to where one is");
  }
  out << (json ? status_json(*status) : status_text(*status));
  return 0;
}

std::string outcome_of(const detail::remembered_sync& s) {
  return !s.completed_at.empty() && !s.given_up ? "complete"
         : s.given_up                           ? "given up"
         : s.exit_code                          ? "failed (" + std::to_string(*s.exit_code) + ")"
                                                : "unfinished";
}

std::string text_of(const detail::remembered_pipeline& p) {
  text_table table({{"sync", true},
                    {"begun"},
                    {"complete"},
                    {"outcome"},
                    {"rows", true},
                    {"duplicates", true},
                    {"rejected", true},
                    {"tries", true}});
  std::string failures;
  for (const detail::remembered_sync& s : p.syncs) {
    table.add({std::to_string(s.generation), s.begun_at, s.completed_at, outcome_of(s), std::to_string(s.rows),
               std::to_string(s.duplicates), std::to_string(s.rejected), s.tries > 0 ? std::to_string(s.tries) : ""});
    if (!s.failed_at.empty()) {
      const bool was_next = !s.completed_at.empty() && s.failed_at > s.completed_at;
      failures += "  sync " + std::to_string(s.generation + (was_next ? 1 : 0)) + " failed at " + s.failed_at +
                  " with " + std::to_string(s.exit_code.value_or(0)) + ": " + s.failure + "\n";
    }
  }
  std::string workers;
  for (const detail::sharing_worker& w : p.workers) {
    workers += "  worker " + w.name + ": " + std::to_string(w.slices) + (w.slices == 1 ? " slice" : " slices") +
               (w.run_out > 0 ? ", " + std::to_string(w.run_out) + " of them run out" : ", until " + w.until) + "\n";
  }
  return p.name + ", into " + p.target + (p.disposition.empty() ? "" : " (" + p.disposition + ")") + "\n" +
         table.text(2) + failures + workers;
}

void put(pretty_json& made, const detail::remembered_sync& s) {
  made.json.StartObject();
  made.put_number("sync", s.generation);
  made.put("run_id", s.run_id);
  made.put("outcome", s.exit_code && s.completed_at.empty() && !s.given_up ? "failed" : outcome_of(s));
  made.put("begun_at", s.begun_at);
  made.put("completed_at", s.completed_at);
  made.put_number("rows", s.rows);
  made.put_number("duplicates", s.duplicates);
  made.put_number("rejected", s.rejected);
  made.put_number("tries", s.tries);
  if (s.exit_code) {
    made.put("failed_at", s.failed_at);
    made.key("exit_code");
    made.json.Int(*s.exit_code);
    made.put("failure", s.failure);
  }
  made.json.EndObject();
}

std::string json_of(const std::vector<detail::remembered_pipeline>& pipelines) {
  pretty_json made;
  made.json.StartArray();
  for (const detail::remembered_pipeline& p : pipelines) {
    made.json.StartObject();
    made.put("pipeline", p.name);
    made.put("target", p.target);
    made.put("write", p.disposition);
    made.key("syncs");
    made.json.StartArray();
    for (const detail::remembered_sync& s : p.syncs) {
      put(made, s);
    }
    made.json.EndArray();
    made.key("workers");
    made.json.StartArray();
    for (const detail::sharing_worker& w : p.workers) {
      made.json.StartObject();
      made.put("name", w.name);
      made.put_number("slices", w.slices);
      made.put("until", w.until);
      made.put_number("run_out", w.run_out);
      made.json.EndObject();
    }
    made.json.EndArray();
    made.json.EndObject();
  }
  made.json.EndArray();
  return made.text();
}

int show_history(const invocation& asked, std::ostream& out) {
  const std::uint64_t limit = asked.number("--limit", 10);
  const settings s = settings_of(asked);
  const std::string name = asked.text("NAME");
  ledger_connection ledger(s);
  const auto pipelines = detail::read_history(*ledger, known_pipelines(*ledger, name), limit);
  if (asked.has("--json")) {
    out << json_of(pipelines);
    return 0;
  }
  for (const detail::remembered_pipeline& p : pipelines) {
    out << (&p == &pipelines.front() ? "" : "\n") << text_of(p);
  }
  return 0;
}

int execute(const invocation& asked, std::ostream& out) {
  return asked.has("NAME") ? show_history(asked, out)
                           : show_directory(settings_of(asked, command::status), asked.has("--json"), out);
}

}  // namespace

const command_definition command_status = {
    .command = command::state,
    .name = name_of(command::status),
    .help = "Show how far the run in DATA_DIR is, or what has become of a pipeline's syncs",
    .words = "[NAME]",
    .options = options,
    .execute = execute,
};

}  // namespace ingest::app
