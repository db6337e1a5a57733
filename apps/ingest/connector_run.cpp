#include "connector_run.hpp"

#include <filesystem>
#include <memory>
#include <variant>

#include "from/connector.hpp"
#include "ingest/file_system.hpp"
#include "stream_runs.hpp"
#include "unended_runs.hpp"
#include "until_signal.hpp"

namespace ingest::app {

namespace {

/// What rotates of the tokens is kept there, before it is used.
void make_token_directory(const settings& s) {
  if (std::filesystem::create_directories(s.data_dir)) {
    std::filesystem::permissions(s.data_dir, std::filesystem::perms::owner_all);
    posix_file_system().sync_directory(std::filesystem::absolute(s.data_dir).lexically_normal().parent_path());
  }
}

/// With the schema that the API may have to be asked for.
std::variant<settings, int> settings_of(const settings& s, const rest::connector& from, const chosen_stream& stream,
                                        bool alone) {
  rest::declared_stream read = *stream.declared;
  const bool asks = asks_for_schema(read);
  if (asks) {
    make_token_directory(s);
    const int signal = until_signal([&](const std::stop_token& stop) { read = from.with_schema(read, stop); });
    if (signal != 0) {
      return signal;
    }
  }
  settings own = stream_settings(s, read, alone);
  if (asks || !read.made_by.empty()) {
    own.made_of = made_of(*stream.declared);
    own.made_stream = std::make_shared<const rest::declared_stream>(std::move(read));
  }
  return own;
}

void tell_of_streams_gone(const settings& s, const rest::connector& from) {
  std::vector<std::string> names;
  for (const rest::stream_verdict& one : check_manifest(from.source()).streams) {
    names.push_back(one.name);
  }
  tell_of_unended_runs(s.data_dir, names);
}

}  // namespace

int run_connector(const settings& s, command c, bool fresh) {
  const std::shared_ptr<rest::connector> from = load_connector(s);
  std::vector<chosen_stream> streams;
  const bool asks = !from->unasked().empty();
  if (asks) {
    make_token_directory(s);
  }
  const int signal = until_signal([&](const std::stop_token& stop) { streams = checked_streams(s, *from, stop); });
  if (signal != 0) {
    return signal;
  }
  if (asks && from->unasked().empty()) {
    tell_of_streams_gone(s, *from);
  }
  std::vector<stream_run> runs;
  for (const chosen_stream& stream : streams) {
    runs.push_back({.name = stream.name,
                    .problem = stream.problem,
                    .settings_of = [&s, from, stream](bool alone) { return settings_of(s, *from, stream, alone); },
                    .failure = stream.failure});
  }
  if (runs.empty()) {
    throw error(errc::config, "no stream of " + s.from.path.string() + " is left to be read");
  }
  check_streams_together(s, c, runs);
  if (s.write == disposition::append && s.origins.contains("WRITE")) {
    throw error(errc::config,
                "WRITE is append, and each run of a connector reads everything again: choose merge, or replace");
  }
  return run_streams(runs, c, fresh);
}

}  // namespace ingest::app
