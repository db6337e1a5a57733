#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "from/connector.hpp"
#include "from/from.hpp"
#include "from/process_streams.hpp"
#include "ingest/log.hpp"
#include "processes/airbyte_messages.hpp"
#include "processes/process_source.hpp"
#include "processes/singer_messages.hpp"
#include "run_plan.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

namespace fs = std::filesystem;
using processes::record_replay;

/// Where the process's files are: below DATA_DIR, or where there is none a directory that goes with this object.
class process_folder {
 public:
  explicit process_folder(const settings& s) : is_kept_(to_of(s).durable) {
    if (is_kept_) {
      path_ = process_directory(s);
      fs::create_directories(path_);
      return;
    }
    std::string made = (fs::temp_directory_path() / "ingest_process_XXXXXX").string();
    if (::mkdtemp(made.data()) == nullptr) {
      throw error(errc::io, "cannot make a directory " + made + ": " + std::strerror(errno));
    }
    path_ = made;
  }
  ~process_folder() {
    if (!is_kept_) {
      std::error_code ignored;
      fs::remove_all(path_, ignored);
    }
  }
  process_folder(const process_folder&) = delete;
  process_folder& operator=(const process_folder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  bool is_kept_;
  fs::path path_;
};

record_replay replay_of(const settings& s) {
  if (!to_of(s).durable) {
    return record_replay::is_impossible;
  }
  return s.has_key && s.write != disposition::append ? record_replay::meets_key : record_replay::is_held_back;
}

std::function<std::unique_ptr<processes::message_reader>()> messages_of(const settings& s) {
  const std::string pointer = to_of(s).keyed && s.has_key ? s.id_pointer : "";
  const processes::source_command command = process_command(s);
  if (s.from.what == source_choice::kind::singer) {
    return [s, pointer, name = command.name()]() -> std::unique_ptr<processes::message_reader> {
      return std::make_unique<processes::singer_messages>(name, s.of_process.message_names, s.of_process.key, pointer);
    };
  }
  return [s, pointer, name = command.name()]() -> std::unique_ptr<processes::message_reader> {
    return std::make_unique<processes::airbyte_messages>(
        name, s.of_process.name, s.of_process.space, pointer,
        [s](std::string_view config) { keep_renewed_config(s, config); });
  };
}

supplied_sources process_sources(const settings& s, const std::string&, const std::shared_ptr<run_ledger>& ledger,
                                 const std::set<slice_id>&, metrics&) {
  const auto folder = std::make_shared<process_folder>(s);
  processes::process_source_options o;
  o.catalog = s.of_process.catalog;
  o.directory = folder->path();
  if (ledger && s.incremental) {
    o.first_position = [ledger](const std::stop_token& stop) { return ledger->watermark("", "", stop).value_or(""); };
  }
  o.replay = replay_of(s);
  o.states_count = s.of_process.states_count;
  o.replaces = s.write == disposition::replace;
  if (ledger && o.replaces) {
    o.replaces_rows = [ledger](const std::stop_token& stop) { return ledger->replaces_rows(stop); };
  }
  o.set_aside = to_of(s).sets_aside;
  o.limits = process_limits(s);
  o.encoder = std::make_shared<ndjson_encoder>();
  if (to_of(s).keyed) {
    o.encoder = std::make_shared<keyed_encoder>();
  }
  o.messages = messages_of(s);
  o.spool = std::make_shared<processes::interval_spool>(posix_file_system(), o.directory, 2 * s.credit_bytes);
  return {counted_slices(1), [o, s, folder](const slice_id&) {
            processes::process_source_options own = o;
            own.command = process_command(s);  // each life with the settings that its predecessor may have renewed
            return std::make_unique<processes::process_source>(std::move(own));
          }};
}

/// What a process is started with, by which another account may be told: without secrets, which may be renewed.
std::string connection_of(const settings& s) {
  return checksum_of(log::redact(s.from.command) + '\n' + absolute_text(s.connector_config));
}

std::string plan_of_process(const settings& s) {
  return std::string(s.from.what == source_choice::kind::singer ? singer_key : airbyte_key) +
         process_command(s).name() + " CONFIG=" + connection_of(s) + " STREAM=" + s.stream +
         " ID_POINTER=" + (s.has_key ? s.id_pointer : "none") +
         std::string(s.incremental ? reads_new_key : reads_all_key);
}

check probe(const settings& s) {
  return check{"process", [&s] {
                 const auto streams = settings_of_process_streams(s, {});
                 std::string names;
                 for (const settings& own : streams) {
                   names += (names.empty() ? "" : ", ") + own.stream;
                 }
                 return process_command(s).name() + ": " + std::to_string(streams.size()) + " streams, " + names;
               }};
}

constexpr from_kind of_process = {
    .plan = plan_of_process,
    .sources = nullptr,
    .probe = probe,
    .supplied = process_sources,
    .keyed = true,
};

}  // namespace

const from_kind from_singer = of_process;
const from_kind from_airbyte = of_process;

}  // namespace ingest::app
