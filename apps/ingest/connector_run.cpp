#include "connector_run.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <variant>

#include "from/connector.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "stream_runs.hpp"
#include "streams_gone.hpp"
#include "to/to.hpp"
#include "until_signal.hpp"

namespace ingest::app {

namespace {

/// What rotates of the tokens is kept there, before it is used, and what is kept of parents.
void make_connector_directory(const settings& s) {
  if (std::filesystem::create_directories(s.data_dir)) {
    std::filesystem::permissions(s.data_dir, std::filesystem::perms::owner_all);
    posix_file_system().sync_directory(std::filesystem::absolute(s.data_dir).lexically_normal().parent_path());
  }
}

/// With the schema that the API may have to be asked for.
std::variant<settings, int> settings_of(const settings& s, const std::shared_ptr<const rest::connector>& from,
                                        const std::string& plan, const chosen_stream& stream, bool alone) {
  rest::declared_stream read = *stream.declared;
  const bool asks = asks_for_schema(read);
  if (asks) {
    make_connector_directory(s);
    const int signal = until_signal([&](const std::stop_token& stop) { read = from->with_schema(read, stop); });
    if (signal != 0) {
      return signal;
    }
  }
  settings own = stream_settings(s, read, alone);
  own.connector = from;
  own.connector_plan = plan;
  if (asks || !read.made_by.empty()) {
    own.made_of = made_of(*stream.declared);
    own.made_stream = std::make_shared<const rest::declared_stream>(std::move(read));
  }
  return own;
}

/// All that the streams of a run are parts of, of which the manifest says what these are parts of.
std::set<std::string> ancestors_of(const rest::connector& from, const rest::declared_stream& stream) {
  std::set<std::string> all;
  std::vector<std::string> left = stream.parents;
  while (!left.empty()) {
    const std::string name = std::move(left.back());
    left.pop_back();
    const rest::declared_stream* const known = from.find_known(name);
    if (all.insert(name).second && known != nullptr) {
      left.insert(left.end(), known->parents.begin(), known->parents.end());
    }
  }
  return all;
}

/// Parents first, so that what is read of them for their own tables is there for their children; and those that are
/// read more than once are kept.
void let_streams_share(const settings& s, rest::connector& from, std::vector<chosen_stream>& streams) {
  std::map<std::string, std::set<std::string>> ancestors;
  std::map<std::string, std::size_t> readers;
  for (const chosen_stream& stream : streams) {
    ++readers[stream.name];
    if (stream.declared) {
      for (const std::string& name : ancestors[stream.name] = ancestors_of(from, *stream.declared)) {
        ++readers[name];
      }
    }
  }
  const auto generation = [&](const chosen_stream& stream) { return ancestors[stream.name].size(); };
  std::stable_sort(streams.begin(), streams.end(),
                   [&](const chosen_stream& a, const chosen_stream& b) { return generation(a) < generation(b); });
  std::set<std::string> kept;
  for (const auto& [name, count] : readers) {
    if (count > 1) {
      kept.insert(name);
    }
  }
  if (kept.empty()) {
    return;
  }
  try {
    make_connector_directory(s);
    from.keep_parents(s.data_dir, std::move(kept));
  } catch (const std::exception& e) {
    log::warning(events::parents_not_kept,
                 std::string("parents are read anew for each of their children, as what is read of them cannot be "
                             "kept: ") +
                     e.what());
  }
}

void look_for_streams_gone(const settings& s, const rest::connector& from) {
  std::vector<std::string> names;
  for (const rest::stream_verdict& one : check_manifest(from.source()).streams) {
    names.push_back(one.name);
  }
  tell_of_streams_gone(s.data_dir, names);
}

}  // namespace

int run_connector(const settings& s, command c, bool fresh) {
  connector_setup setup = set_up_connector(s);
  const std::string plan = std::move(setup.plan);
  const auto from =
      std::make_shared<rest::connector>(std::move(setup.source), std::move(setup.config), std::move(setup.options));
  std::vector<chosen_stream> streams;
  const bool asks = !from->unasked().empty();
  if (asks) {
    make_connector_directory(s);
  }
  const int signal = until_signal([&](const std::stop_token& stop) { streams = checked_streams(s, *from, stop); });
  if (signal != 0) {
    return signal;
  }
  if (asks && from->unasked().empty()) {
    look_for_streams_gone(s, *from);
  }
  if (c == command::run && to_of(s).durable) {
    let_streams_share(s, *from, streams);
  }
  std::vector<stream_run> runs;
  runs.reserve(streams.size());
  for (const chosen_stream& stream : streams) {
    runs.push_back(
        {.name = stream.name,
         .problem = stream.problem,
         .settings_of = [&s, from, plan, stream](bool alone) { return settings_of(s, from, plan, stream, alone); },
         .failure = stream.failure});
  }
  if (runs.empty()) {
    throw error(errc::config, "no stream of " + s.from.path.string() + " is left to be read");
  }
  check_streams_together(s, c, runs);
  return run_streams(runs, c, fresh, s.telemetry);
}

}  // namespace ingest::app
