#include <algorithm>

#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "replay.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "DIR", .help = "The recording."},
    {.name = "--manifest", .value = "FILE", .help = "The connector, if it is not where it was when it was recorded."},
    {.name = "--fault",
     .value = "STREAM:N=FAULT",
     .help =
         "In place of the Nth recorded answer comes once: 429, cut, slow (no answer in time) or expired (401). What "
         "is read must be the same. May be repeated; DIR/faults.yaml has those that always come: {orders: {3: "
         "429}}.",
     .repeats = true},
    {.name = "--update", .help = "Take what comes out for what is expected from now on."},
};

struct test_order {
  std::filesystem::path directory;  ///< of the recording
  std::filesystem::path manifest;   ///< empty: where it was recorded
  std::vector<std::string> faults;  ///< each STREAM:N=FAULT, beside those of faults.yaml in the directory
  bool update = false;              ///< records and positions that come out are what is expected from now on
};

using fault_orders = std::map<std::string, rest::exchange_faults>;

constexpr const char* faults_name = "faults.yaml";

fault_orders faults_of(const test_order& order, const recording& r) {
  fault_orders all;
  const auto file = order.directory / faults_name;
  if (std::filesystem::exists(file)) {
    rest::add_faults(all, rest::read_document(file.string()));
  }
  for (const std::string& fault : order.faults) {
    rest::add_fault(all, fault);
  }
  for (const auto& [stream, faults] : all) {
    const bool known = std::any_of(r.streams.begin(), r.streams.end(),
                                   [&name = stream](const recorded_stream& s) { return s.name == name; });
    if (!known) {
      throw error(errc::config, "a fault is ordered for \"" + stream + "\", which is no stream of the recording");
    }
  }
  return all;
}

std::vector<recorded_stream> chosen_streams(const settings& s, const recording& r) {
  if (s.streams.empty()) {
    return r.streams;
  }
  std::vector<recorded_stream> chosen;
  for (const std::string& name : s.streams) {
    const auto found =
        std::find_if(r.streams.begin(), r.streams.end(), [&](const auto& other) { return other.name == name; });
    if (found == r.streams.end()) {
      throw error(errc::config, "the stream \"" + name + "\" was not recorded");
    }
    chosen.push_back(*found);
  }
  return chosen;
}

std::string counts(const recorded_stream& stream, const replayed_stream& came, std::size_t faults) {
  return std::to_string(came.exchanges) + " exchanges, " + std::to_string(came.found.records.size()) + " records, " +
         std::to_string(came.found.pages()) + " positions of " + std::to_string(came.found.slices.size()) + " slices" +
         (stream.cut_after > 0 ? "; cut after " + std::to_string(stream.cut_after) + " pages" : "") +
         (faults > 0 ? "; over " + std::to_string(faults) + " faults" : "");
}

void print(std::ostream& out, const std::string& verdict, const std::string& name, const std::string& text) {
  out << verdict << std::string(verdict.size() < 8 ? 8 - verdict.size() : 1, ' ') << name << ": " << log::redact(text)
      << '\n';
}

/// A line a stream, with what was compared or what differs. Asks for nothing but files.
int execute(const invocation& asked, std::ostream& out) {
  const test_order order{asked.text("DIR"), asked.text("--manifest"), asked.texts("--fault"), asked.has("--update")};
  if (order.directory.empty()) {
    throw error(errc::usage, "say which recording: ingest test DIR (see ingest test --help)");
  }
  const settings s = settings_of(asked);
  const recording r = recording_of(read_recording(order.directory));
  const auto file = order.manifest.empty() ? order.directory / r.manifest : order.manifest;
  const rest::manifest source = rest::prepared_manifest(rest::read_document(file.lexically_normal().string()));
  fault_orders faults = faults_of(order, r);
  const std::vector<recorded_stream> streams = chosen_streams(s, r);
  if (streams.empty()) {
    throw error(errc::bad_data, order.directory.string() + " has no stream, so nothing was compared");
  }
  bool all_the_same = true;
  for (recorded_stream stream : streams) {
    const std::size_t ordered = faults[stream.name].size();
    const replayed_stream came = replay(r, stream, source, faults[stream.name]);
    if (came.is_as_recorded()) {
      print(out, "ok", stream.name, counts(stream, came, ordered));
      continue;
    }
    if (order.update && came.problems.empty()) {
      stream.expected = came.found;
      write_expectation(order.directory, stream);
      print(out, "UPDATED", stream.name, counts(stream, came, ordered));
      continue;
    }
    all_the_same = false;
    for (const auto* lines : {&came.problems, &came.differences}) {
      for (const std::string& line : *lines) {
        print(out, "FAILED", stream.name, line);
      }
    }
  }
  return all_the_same ? 0 : exit_code_of(errc::bad_data);
}

}  // namespace

const command_definition command_test = {
    .command = command::test,
    .name = name_of(command::test),
    .help = "Read a connector's streams from what was recorded, and compare what comes of it",
    .words = "DIR",
    .options = options,
    .execute = execute,
};

}  // namespace ingest::app
