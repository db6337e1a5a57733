#include "beside_run.hpp"

#include <filesystem>

#include "connector_run.hpp"
#include "from/connector.hpp"
#include "from/from.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "run_command.hpp"
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

}  // namespace

part_of_time part_of_time_between(const std::string& from, const std::string& to) {
  const part_of_time part{time_in(from, "--from"), time_in(to, "--to")};
  if (part.from_ms && part.to_ms && *part.to_ms <= *part.from_ms) {
    throw error(errc::usage, "--to must be later than --from");
  }
  return part;
}

settings settings_beside(const settings& s, const std::string& name, const part_of_time& part) {
  constexpr std::size_t longest_name = 63;
  if (!to_of(s).durable) {
    throw error(errc::usage, "TO must be postgres");
  }
  const bool is_connector = s.from.what == source_choice::kind::connector;
  if (!is_connector && !from_of(s).divisible) {
    throw error(errc::config, "only an API can be asked again: FROM is " + s.from.path.string() +
                                  ", of which a run with a PIPELINE and a DATA_DIR of its own reads all");
  }
  settings beside = s;
  if (is_connector) {
    beside.token_file = s.data_dir / token_file_name;
    beside.origins["INCREMENTAL"] = name;
  }
  beside.data_dir = s.data_dir / name;
  beside.pipeline = s.pipeline.substr(0, longest_name - name.size() - 1) + "." + name;
  beside.since = part.from_ms;
  beside.until = part.to_ms;
  beside.incremental = false;
  beside.initial_load = false;
  if (beside.slices && *beside.slices > 1 && (!part.from_ms || !part.to_ms)) {
    beside.slices = 1;  // there is no window to be divided
  }
  return beside;
}

int run_beside(const settings& beside) {
  if (!std::filesystem::is_directory(beside.data_dir.parent_path())) {
    throw error(errc::config, "there is no directory " + beside.data_dir.parent_path().string() +
                                  ": set DATA_DIR to where the pipeline's run is");
  }
  const bool begins = !std::filesystem::exists(beside.data_dir);
  return beside.from.what == source_choice::kind::connector ? run_connector(beside, command::run, begins)
                                                            : run_command(beside, command::run, begins);
}

void forget_run_beside(const settings& beside) {
  std::filesystem::remove_all(beside.data_dir);
}

}  // namespace ingest::app
