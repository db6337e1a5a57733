#include "replay_of_rejects.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "buffer/data_dir.hpp"
#include "buffer/run_state.hpp"
#include "from/connector.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "run_command.hpp"
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

std::uint64_t lines_in(const std::filesystem::path& file) {
  std::uint64_t lines = 0;
  for_each_reject(file, [&lines](const set_aside_row&) {
    ++lines;
    return true;
  });
  return lines;
}

/// A file that is there as a whole, or not.
class whole_file {
 public:
  explicit whole_file(std::filesystem::path path) : path_(std::move(path)), temporary_(path_.string() + ".tmp") {
    posix_file_system().remove(temporary_);
    file_ = posix_file_system().create(temporary_);
  }

  void add(std::string_view line) {
    constexpr std::size_t enough = 1 << 20;
    piece_.append(line).append("\n");
    if (piece_.size() > enough) {
      flush();
    }
  }

  /// Durable, but for its name.
  void close() {
    flush();
    file_->sync();
    posix_file_system().rename(temporary_, path_);
  }

 private:
  void flush() {
    file_->append(piece_);
    piece_.clear();
  }

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::unique_ptr<file> file_;
  std::string piece_;
};

/// The rows that are wanted and can come again; nothing is written where there are none.
std::uint64_t choose(const std::filesystem::path& rejects, const std::function<bool(const set_aside_row&)>& wanted,
                     const std::optional<replay_files>& into) {
  std::uint64_t rows = 0;
  std::optional<whole_file> chosen;
  std::optional<whole_file> events;
  for_each_reject(rejects, [&](const set_aside_row& row) {
    if (!row.is_refused || row.is_replayed || row.event.empty() || !wanted(row)) {
      return true;
    }
    ++rows;
    if (into) {
      if (!chosen) {
        chosen.emplace(into->chosen);
        events.emplace(into->events);
      }
      chosen->add(row.line);
      events->add(row.event);
    }
    return true;
  });
  if (chosen) {
    events->close();  // first: where the other one is, this one is there too
    posix_file_system().sync_directory(into->events.parent_path());
    chosen->close();
    posix_file_system().sync_directory(into->chosen.parent_path());
  }
  return rows;
}

/// The run that loads the events. What the table has by their key stays, for it may have come later; with VERSION_FIELD
/// the records say so themselves.
settings settings_of_replay(const settings& s, const replay_files& files) {
  constexpr std::size_t longest_name = 63;
  if (s.write == disposition::replace) {
    throw error(errc::config,
                "the table of pipeline " + s.pipeline +
                    " is replaced by each sync, which reads everything again: mend what refuses the rows, and run it");
  }
  settings own = s;
  own.from = {};
  own.from.what = source_choice::kind::file;
  own.from.format = record_format::ndjson;
  own.from.path = files.events;
  own.data_dir = files.directory;
  own.pipeline = s.pipeline.substr(0, longest_name - files.name.size() - 1) + "." + files.name;
  own.write = !s.has_key || s.write == disposition::append ? disposition::append
              : s.version_field.empty()                    ? disposition::skip
                                                           : disposition::merge;
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

/// The lines that were chosen, but for those whose events were refused again.
counted_texts lines_loaded(const replay_files& files) {
  counted_texts refused_again;
  const auto rejects = files.directory / rejects_file_name;
  if (posix_file_system().exists(rejects)) {
    for_each_reject(rejects, [&](const set_aside_row& row) {
      refused_again[std::string(row.event)] += row.is_refused ? 1 : 0;
      return true;
    });
  }
  counted_texts loaded;
  for_each_reject(files.chosen, [&](const set_aside_row& row) {
    const auto again = refused_again.find(std::string(row.event));
    if (again != refused_again.end() && again->second > 0) {
      --again->second;
    } else {
      ++loaded[std::string(row.line)];
    }
    return true;
  });
  return loaded;
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
  stream_replay(const settings& s, std::ostream& out)
      : settings_(s), out_(out), rejects_(s.data_dir / rejects_file_name) {}

  int run(const std::function<bool(const set_aside_row&)>& wanted, bool rehearse) {
    if (rehearse) {
      out_ << rejects_.string() << ": " << choose(rejects_, wanted, std::nullopt)
           << " rows would be loaded once more\n";
      return 0;
    }
    const data_dir held(settings_.data_dir);  // so that no run sets rows aside meanwhile
    auto files = unfinished_in(settings_.data_dir);
    if (files) {
      out_ << files->name << " was broken off with " << lines_in(files->chosen) << " rows, and is finished first\n"
           << std::flush;
      return load(*files);
    }
    remove_leftovers(settings_.data_dir);
    files.emplace(settings_.data_dir, name_for_now());
    if (choose(rejects_, wanted, files) == 0) {
      out_ << rejects_.string() << ": no row to be loaded once more\n";
      return 0;
    }
    return load(*files);
  }

 private:
  int load(const replay_files& files) {
    const int exit_code = run_command(settings_of_replay(settings_, files), command::run, false);
    if (exit_code != 0) {
      return exit_code;
    }
    const std::uint64_t rows = lines_in(files.chosen);
    const std::uint64_t loaded = mark_replayed(rejects_, lines_loaded(files), files.name.substr(prefix.size()));
    remove_files(files);
    out_ << rejects_.string() << ": " << rows << " rows replayed, " << loaded << " of them loaded or there already"
         << (loaded < rows ? ", the others refused again" : "") << '\n';
    return loaded < rows ? exit_code_of(errc::bad_data) : 0;
  }

  const settings& settings_;
  std::ostream& out_;
  std::filesystem::path rejects_;
};

bool has_work(const std::filesystem::path& data_dir) {
  return std::filesystem::is_directory(data_dir) &&
         (posix_file_system().exists(data_dir / rejects_file_name) || unfinished_in(data_dir));
}

int replay_of_connector(const settings& s, const std::function<bool(const set_aside_row&)>& wanted, bool rehearse,
                        std::ostream& out) {
  const auto from = load_connector(s);
  const auto streams = checked_streams_unasked(s, *from);
  int first_failure = 0;
  bool any = false;
  for (const chosen_stream& stream : streams) {
    if (!stream.declared) {
      continue;
    }
    const settings own = stream_settings(s, *stream.declared, streams.size() == 1);
    if (has_work(own.data_dir)) {
      any = true;
      const int exit_code = stream_replay(own, out).run(wanted, rehearse);
      first_failure = first_failure == 0 ? exit_code : first_failure;
      constexpr int first_signal = 129;
      if (exit_code >= first_signal) {
        return exit_code;
      }
    }
  }
  if (!any) {
    out << "no row was set aside\n";
  }
  return first_failure;
}

}  // namespace

int replay_rejects(const settings& s, const std::function<bool(const set_aside_row&)>& wanted, bool rehearse,
                   std::ostream& out) {
  if (!to_of(s).durable) {
    throw error(errc::usage, "rows are loaded once more into a database: TO must be postgres");
  }
  if (s.from.is_process()) {
    throw error(errc::config,
                "what a process gives has its key and its columns from the process: mend the table, and let its next "
                "sync bring the records again");
  }
  if (s.from.what == source_choice::kind::connector) {
    return replay_of_connector(s, wanted, rehearse, out);
  }
  if (!has_work(s.data_dir)) {
    out << "no row was set aside in " << s.data_dir.string() << '\n';
    return 0;
  }
  return stream_replay(s, out).run(wanted, rehearse);
}

}  // namespace ingest::app
