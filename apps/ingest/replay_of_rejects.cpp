#include "replay_of_rejects.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <unordered_map>

#include "beside_run.hpp"
#include "buffer/data_dir.hpp"
#include "buffer/run_state.hpp"
#include "core/replaced_file.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "ledger_connection.hpp"
#include "pipeline_names.hpp"
#include "postgres/ledger_state.hpp"
#include "run_command.hpp"
#include "run_directories.hpp"
#include "to/postgres.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

constexpr std::string_view prefix = "replay-";
constexpr std::string_view chosen_suffix = ".chosen.ndjson";
constexpr std::string_view events_suffix = ".events.ndjson";

/// What a replay consists of, in the directory of the stream's run.
struct replay_files {
  std::filesystem::path chosen;     ///< lines of rejects; where it is, the replay has begun
  std::filesystem::path events;     ///< of these lines, what is loaded
  std::filesystem::path directory;  ///< of the run that loads them
  std::string name;                 ///< replay-MOMENT

  replay_files(const std::filesystem::path& data_dir, const std::string& named)
      : chosen(data_dir / (named + std::string(chosen_suffix))),
        events(data_dir / (named + std::string(events_suffix))),
        directory(data_dir / named),
        name(named) {}
};

/// To the millisecond, in which nobody begins two.
std::string name_for_now() {
  std::string moment;
  for (const char c : timestamp_now()) {  // 2026-01-27T19:19:13.629Z
    moment += c == 'T' || (c >= '0' && c <= '9') ? std::string(1, c) : "";
  }
  return std::string(prefix) + moment;
}

/// One that has begun, and not ended.
std::optional<replay_files> unfinished_in(const std::filesystem::path& data_dir) {
  for (const std::string& name : posix_file_system().list(data_dir)) {
    if (name.starts_with(prefix) && name.ends_with(chosen_suffix)) {
      return replay_files(data_dir, name.substr(0, name.size() - chosen_suffix.size()));
    }
  }
  return std::nullopt;
}

bool may_come_again(const set_aside_row& row) {
  return row.is_refused && !row.is_replayed && !row.event.empty();
}

using rejects_files = std::vector<std::filesystem::path>;

/// Calls `take` with the rows that are wanted and can come again, of all files, and says which is the last of its key,
/// if that matters.
void for_each_chosen(const rejects_files& files, const replay_order& order, bool last_of_key_counts,
                     const std::function<void(const set_aside_row&, bool is_last)>& take) {
  const auto each = [&](const std::function<void(const set_aside_row&)>& look) {
    for (const auto& file : files) {
      for_each_reject(file, [&](const set_aside_row& row) {
        if (may_come_again(row) && order.wanted(row)) {
          look(row);
        }
        return true;
      });
    }
  };
  std::unordered_map<std::size_t, std::uint64_t> left;  // rows that are to come of each key
  const auto key_of = [](const set_aside_row& row) { return std::hash<std::string>()(row.member("id")); };
  if (last_of_key_counts) {
    each([&](const set_aside_row& row) { ++left[key_of(row)]; });
  }
  each([&](const set_aside_row& row) { take(row, !last_of_key_counts || --left[key_of(row)] == 0); });
}

/// Returns how many rows that are.
std::uint64_t choose(const rejects_files& rejects, const replay_order& order, bool last_of_key_counts,
                     const replay_files& into) {
  std::uint64_t rows = 0;
  detail::replaced_file chosen(posix_file_system(), into.chosen);
  detail::replaced_file events(posix_file_system(), into.events);
  for_each_chosen(rejects, order, last_of_key_counts, [&](const set_aside_row& row, bool is_last) {
    ++rows;
    chosen.append(row.line);
    chosen.append("\n");
    if (is_last) {
      events.append(row.event);
      events.append("\n");
    }
  });
  if (rows > 0) {
    events.commit();  // first: where the other one is, this one is there too
    chosen.commit();
  }
  return rows;
}

/// How a row is written that was refused.
disposition write_of(const settings& s, replay_winner winner) {
  if (s.write == disposition::replace) {
    throw error(errc::config,
                "the table of pipeline " + s.pipeline +
                    " is replaced by each sync, which reads everything again: mend what refuses the rows, and run it");
  }
  if (!s.has_key || s.write == disposition::append) {
    return disposition::append;
  }
  if (s.write == disposition::skip || winner == replay_winner::of_the_table) {
    return disposition::skip;
  }
  if (s.version_field.empty() && winner == replay_winner::unsaid) {
    throw error(
        errc::usage,
        "pipeline " + s.pipeline +
            " has WRITE=merge without VERSION_FIELD, so that nobody knows which is newer, a row that was refused "
            "or one that has come since with the same key: say --keep, and what is in the table stays, or "
            "--merge, and the refused one takes its place");
  }
  return disposition::merge;
}

/// The run that loads the events.
settings settings_of_replay(const settings& s, const replay_files& files, disposition write) {
  settings own = s;
  own.from = {};
  own.from.what = source_choice::kind::file;
  own.from.format = record_format::ndjson;
  own.from.path = files.events;
  own.from.was_csv = is_from_csv(s);
  own.data_dir = files.directory;
  own.pipeline = pipeline_beside(s.pipeline, files.name);
  own.write = write;
  own.reject_limit = std::numeric_limits<std::uint64_t>::max() - 1;  // said, so that each row is judged by itself
  own.incremental = false;
  own.initial_load = false;
  own.slices = 1;
  own.since.reset();
  own.until.reset();
  own.connector.reset();
  own.made_stream.reset();
  return own;
}

struct chosen_rows {
  std::uint64_t all = 0;
  counted_texts loaded;  ///< lines
};

/// The lines that were chosen, and those of them whose events were not refused again.
chosen_rows rows_of(const replay_files& files) {
  counted_texts refused_again;
  for (const auto& rejects :
       std::filesystem::exists(files.directory) ? rejects_files_of(files.directory) : rejects_files()) {
    for_each_reject(rejects, [&](const set_aside_row& row) {
      if (row.is_refused) {
        refused_again.add(row.event);
      }
      return true;
    });
  }
  chosen_rows rows;
  for_each_reject(files.chosen, [&](const set_aside_row& row) {
    ++rows.all;
    if (!refused_again.take(row.event)) {
      rows.loaded.add(row.line);
    }
    return true;
  });
  return rows;
}

void remove_files(const replay_files& files) {
  posix_file_system().remove(files.chosen);  // first: what is left of the others is worth nothing then
  posix_file_system().sync_directory(files.chosen.parent_path());
  posix_file_system().remove(files.events);
  std::filesystem::remove_all(files.directory);
}

/// What a kill between choosing and beginning, or in the middle of an end, has left.
void remove_leftovers(const std::filesystem::path& data_dir) {
  for (const std::string& name : posix_file_system().list(data_dir)) {
    if (name.starts_with(prefix)) {
      std::filesystem::remove_all(data_dir / name);
    }
  }
}

/// Of one stream.
class stream_replay {
 public:
  stream_replay(const settings& s, const replay_order& order, std::ostream& out)
      : settings_(s), order_(order), out_(out), write_(write_of(s, order.winner)) {}

  int run() {
    const bool last_counts = write_ == disposition::skip && settings_.write != disposition::skip;
    if (order_.rehearse) {
      std::uint64_t rows = 0;
      for_each_chosen(rejects_files_of(settings_.data_dir), order_, false, [&](const auto&, bool) { ++rows; });
      out_ << settings_.data_dir.string() << ": " << rows << " rows would be loaded once more\n";
      return 0;
    }
    const data_dir held(settings_.data_dir);  // so that no run sets rows aside meanwhile
    auto files = unfinished_in(settings_.data_dir);
    if (files) {
      out_ << files->name << " was broken off, and is finished first\n" << std::flush;
      return load(*files);
    }
    remove_leftovers(settings_.data_dir);
    files.emplace(settings_.data_dir, name_for_now());
    if (choose(rejects_files_of(settings_.data_dir), order_, last_counts, *files) == 0) {
      out_ << settings_.data_dir.string() << ": no row to be loaded once more\n";
      return 0;
    }
    return load(*files);
  }

 private:
  int load(const replay_files& files) {
    const settings own = settings_of_replay(settings_, files, write_);
    const int exit_code = run_command(own, command::run, false);
    if (exit_code != 0) {
      return exit_code;
    }
    chosen_rows rows = rows_of(files);
    std::uint64_t loaded = 0;
    for (const auto& file : rejects_files_of(settings_.data_dir)) {
      loaded += mark_replayed(file, rows.loaded, files.name.substr(prefix.size()));
    }
    remove_files(files);
    ledger_connection ledger(own);
    detail::forget_pipelines(*ledger, {{own.pipeline}});
    out_ << settings_.data_dir.string() << ": " << rows.all << " rows replayed, " << loaded
         << " of them loaded or there already" << (loaded < rows.all ? ", the others refused again" : "") << '\n';
    return loaded < rows.all ? exit_code_of(errc::bad_data) : 0;
  }

  const settings& settings_;
  const replay_order& order_;
  std::ostream& out_;
  disposition write_;
};

bool has_work(const std::filesystem::path& data_dir) {
  return std::filesystem::is_directory(data_dir) && (!rejects_files_of(data_dir).empty() || unfinished_in(data_dir));
}

std::uint64_t rows_left_in(const std::filesystem::path& directory) {
  std::uint64_t rows = 0;
  for (const auto& file : rejects_files_of(directory)) {
    for_each_reject(file, [&rows](const set_aside_row& row) {
      rows += may_come_again(row) ? 1 : 0;
      return true;
    });
  }
  return rows;
}

int replay_of_connector(const settings& s, const replay_order& order, std::ostream& out) {
  constexpr int first_signal = 129;
  int first_failure = 0;
  std::set<std::filesystem::path> seen;
  for (const stream_beside& stream : streams_beside(s, {})) {
    if (!stream.problem.empty() || !has_work(stream.own.data_dir)) {
      continue;
    }
    seen.insert(stream.own.data_dir);
    const int exit_code = stream_replay(stream.own, order, out).run();
    first_failure = first_failure == 0 ? exit_code : first_failure;
    if (exit_code >= first_signal) {
      return exit_code;
    }
  }
  for (const auto& file : rejects_files_in(s.data_dir)) {
    const auto directory = file.parent_path();
    const std::uint64_t rows = seen.insert(directory).second ? rows_left_in(directory) : 0;
    if (rows > 0) {
      out << directory.string() << ": " << rows
          << " rows are of no stream that could be read now, and stay as they are\n";
      first_failure = first_failure == 0 ? exit_code_of(errc::bad_data) : first_failure;
    }
  }
  if (seen.empty()) {
    out << "no row was set aside\n";
  }
  return first_failure;
}

}  // namespace

int replay_rejects(const settings& s, const replay_order& order, std::ostream& out) {
  if (!to_of(s).durable) {
    throw error(errc::usage, "rows are loaded once more into a database: TO must be postgres");
  }
  if (s.from.is_process()) {
    throw error(errc::config,
                "what a process gives has its key and its columns from the process: mend the table, and let its next "
                "sync bring the records again");
  }
  if (s.from.what == source_choice::kind::connector) {
    return replay_of_connector(s, order, out);
  }
  require_directory(s.data_dir);
  if (!has_work(s.data_dir)) {
    out << "no row was set aside in " << s.data_dir.string() << '\n';
    return 0;
  }
  return stream_replay(s, order, out).run();
}

}  // namespace ingest::app
