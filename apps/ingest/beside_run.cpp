#include "beside_run.hpp"

#include <filesystem>

#include "connector_run.hpp"
#include "from/connector.hpp"
#include "from/from.hpp"
#include "ingest/error.hpp"
#include "ledger_connection.hpp"
#include "pipeline_names.hpp"
#include "postgres/ledger_state.hpp"
#include "postgres/ledger_tables.hpp"
#include "run_command.hpp"
#include "run_directories.hpp"
#include "run_plan.hpp"
#include "settings/setting_text.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

std::optional<std::int64_t> time_in(const std::string& text, const char* option) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto ms = detail::parse_time(text);
  if (!ms) {
    throw error(errc::usage, std::string(option) + " " + text +
                                 " is no time: write 2026-01-27T19:19:13Z, or milliseconds since 1970");
  }
  return ms;
}

bool is_connector(const settings& s) {
  return s.from.what == source_choice::kind::connector;
}

std::string problem_of(const rest::connector& from, const rest::declared_stream& stream, const part_of_time& part) {
  if (asks_for_schema(stream)) {
    return "its schema has to be asked for";
  }
  if (!part.is_all() && !from.open(stream).watermark_at({})) {
    return "it has no cursor of time, so that no part of it can be asked for";
  }
  return "";
}

std::vector<stream_beside> streams_of_connector(const settings& s, const part_of_time& part) {
  std::vector<stream_beside> all;
  const auto from = load_connector(s);
  const auto chosen = checked_streams_unasked(s, *from);
  for (const chosen_stream& stream : chosen) {
    stream_beside made{stream.name, s, stream.problem};
    if (!stream.declared) {
      made.problem = made.problem.empty() ? "the API has to be asked what it is" : made.problem;
    } else if (made.problem.empty()) {
      try {
        made.own = stream_settings(s, *stream.declared, chosen.size() == 1);
        made.problem = problem_of(*from, *stream.declared, part);
      } catch (const error& e) {
        made.problem = e.what();
      }
    }
    all.push_back(std::move(made));
  }
  return all;
}

}  // namespace

part_of_time part_of_time_between(const std::string& from, const std::string& to) {
  const part_of_time part{time_in(from, "--from"), time_in(to, "--to")};
  if (part.from_ms && part.to_ms && *part.to_ms <= *part.from_ms) {
    throw error(errc::usage, "--to must be later than --from");
  }
  return part;
}

std::vector<stream_beside> streams_beside(const settings& s, const part_of_time& part) {
  if (!to_of(s).durable) {
    throw error(errc::usage, "TO must be postgres");
  }
  if (is_connector(s)) {
    return streams_of_connector(s, part);
  }
  if (!from_of(s).divisible) {
    throw error(errc::config,
                "only an API can be asked again, and FROM names none: a run with a PIPELINE and a DATA_DIR of its own "
                "reads all of it");
  }
  return {{"", s}};
}

held_pipeline::held_pipeline(const settings& s, const std::vector<stream_beside>& streams) {
  require_directory(s.data_dir);
  for (const stream_beside& stream : streams) {
    if (stream.problem.empty()) {
      directories_.push_back(std::make_unique<data_dir>(stream.own.data_dir));
    }
  }
  ledger_connection ledger(s);
  if (!detail::ledger_exists(*ledger)) {
    return;
  }
  for (const stream_beside& stream : streams) {
    const auto last = ledger->execute("SELECT plan FROM ingest.pipelines WHERE name = $1", {stream.own.pipeline});
    if (stream.problem.empty() && !last.empty()) {
      require_same_source(stream.own, stream.own.pipeline, last.text(0, 0));
    }
  }
}

settings settings_beside(const settings& s, const std::vector<stream_beside>& streams, const std::string& name,
                         const part_of_time& part) {
  settings beside = s;
  if (is_connector(s)) {
    beside.token_file = s.data_dir / token_file_name;
    beside.reads_all = true;
    beside.streams.clear();
    beside.exclude.clear();
    for (const stream_beside& stream : streams) {
      if (stream.problem.empty()) {
        beside.streams.push_back(stream.name);
      }
    }
  }
  beside.data_dir = s.data_dir / name;
  beside.pipeline = pipeline_beside(s.pipeline, name);
  beside.since = part.from_ms;
  beside.until = part.to_ms;
  beside.incremental = s.incremental && is_connector(s);  // of which that tells how rows are written, too
  beside.initial_load = false;
  if (beside.slices && *beside.slices > 1 && (!part.from_ms || !part.to_ms)) {
    beside.slices = 1;  // there is no window to be divided
  }
  return beside;
}

int run_beside(const settings& beside, bool resumes) {
  if (!resumes) {
    std::filesystem::remove_all(beside.data_dir);
  }
  const bool begins = !std::filesystem::exists(beside.data_dir);
  return is_connector(beside) ? run_connector(beside, command::run, begins) : run_command(beside, command::run, begins);
}

void forget_run_beside(const settings& beside) {
  // First: a directory without its ledger would be taken for a database that was set back.
  std::filesystem::remove_all(beside.data_dir);
  ledger_connection ledger(beside);
  if (detail::ledger_exists(*ledger)) {
    detail::forget_pipelines(*ledger, pipelines_called(*ledger, beside.pipeline));
  }
}

}  // namespace ingest::app
