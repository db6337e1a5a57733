#include <algorithm>
#include <map>
#include <tuple>

#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "json_text.hpp"
#include "log/quotable.hpp"
#include "rejected_rows.hpp"
#include "replay_of_rejects.hpp"
#include "text_table.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "ACTION",
     .help = "list: how many rows the table has refused, by what it said. show: the rows themselves, a line of JSON "
             "each. replay: load those that were refused once more, after the table or the settings were mended; each "
             "exactly once, and marked then."},
    {.name = "FILE", .help = "The manifest of a connector, with replay: the same as --from connector:FILE."},
    {.name = "--where",
     .value = "CONDITION",
     .help = "Only rows of which a member of their line is this, NAME=TEXT, or has this in it, NAME~TEXT. May be "
             "repeated; all must hold. Names are reason, sqlstate, message, id, stream, slice, page and row.",
     .repeats = true},
    {.name = "--limit", .value = "N", .help = "The most rows that show shows. [100]"},
    {.name = "--keep",
     .help =
         "With replay, where WRITE is merge and there is no VERSION_FIELD: of rows with one key, that stays which is "
         "in the table."},
    {.name = "--merge", .help = "The same: the row that was refused takes its place."},
    {.name = "--dry-run", .help = "With replay: say how many rows it would be, and change nothing."},
    {.name = "--json", .help = "Print what list lists as JSON."},
};

using conditions = std::vector<reject_condition>;

bool hold(const conditions& all, const set_aside_row& row) {
  return std::all_of(all.begin(), all.end(), [&](const reject_condition& one) { return one.holds(row); });
}

struct kind_of_reject {
  std::uint64_t rows = 0;
  std::uint64_t replayed = 0;
  std::string example;  ///< an id
};

/// By file, reason, state and message; what is behind the first thousand kinds counts as one.
using reject_kinds = std::map<std::tuple<std::string, std::string, std::string, std::string>, kind_of_reject>;

reject_kinds kinds_in(const std::vector<std::filesystem::path>& files, const conditions& wanted) {
  constexpr std::size_t most = 1'000;
  reject_kinds kinds;
  for (const auto& file : files) {
    for_each_reject(file, [&](const set_aside_row& row) {
      if (!hold(wanted, row)) {
        return true;
      }
      auto key = std::tuple(file.string(), row.member("reason"), row.member("sqlstate"), row.member("message"));
      if (kinds.size() >= most && !kinds.contains(key)) {
        key = std::tuple(file.string(), "", "", "others");
      }
      kind_of_reject& kind = kinds[key];
      kind.example = kind.rows == 0 ? row.member("id") : kind.example;
      ++kind.rows;
      kind.replayed += row.is_replayed ? 1 : 0;
      return true;
    });
  }
  return kinds;
}

int list(const std::vector<std::filesystem::path>& files, const conditions& wanted, bool as_json, std::ostream& out) {
  const reject_kinds kinds = kinds_in(files, wanted);
  if (as_json) {
    pretty_json made;
    made.json.StartArray();
    for (const auto& [key, kind] : kinds) {
      made.json.StartObject();
      made.put("file", std::get<0>(key));
      made.put("reason", std::get<1>(key));
      made.put("sqlstate", std::get<2>(key));
      made.put("message", std::get<3>(key));
      made.put_number("rows", kind.rows);
      made.put_number("replayed", kind.replayed);
      made.put("example", kind.example);
      made.json.EndObject();
    }
    made.json.EndArray();
    out << made.text();
    return 0;
  }
  if (kinds.empty()) {
    out << "no row was set aside\n";
    return 0;
  }
  constexpr std::size_t message_width = 80;
  std::string file;
  text_table table({{"rows", true}, {"replayed", true}, {"reason"}, {"sqlstate"}, {"id, for example"}, {"message"}});
  const auto flush = [&] { out << (file.empty() ? "" : file + "\n" + table.text(2)); };
  for (const auto& [key, kind] : kinds) {
    if (std::get<0>(key) != file) {
      flush();
      file = std::get<0>(key);
      table =
          text_table({{"rows", true}, {"replayed", true}, {"reason"}, {"sqlstate"}, {"id, for example"}, {"message"}});
    }
    const std::string& message = std::get<3>(key);
    table.add({std::to_string(kind.rows), std::to_string(kind.replayed), std::get<1>(key), std::get<2>(key),
               detail::quotable(kind.example, message_width / 2), detail::quotable(message, message_width)});
  }
  flush();
  return 0;
}

int show(const std::vector<std::filesystem::path>& files, const conditions& wanted, std::uint64_t limit,
         std::ostream& out) {
  std::uint64_t shown = 0;
  for (const auto& file : files) {
    for_each_reject(file, [&](const set_aside_row& row) {
      if (shown < limit && hold(wanted, row)) {
        out << row.line << '\n';
        ++shown;
      }
      return shown < limit;
    });
  }
  return 0;
}

int execute(const invocation& asked, std::ostream& out) {
  const std::string action = asked.text("ACTION");
  if (action != "list" && action != "show" && action != "replay") {
    throw error(errc::usage, "say what to do: ingest rejects list, show or replay (see ingest rejects --help)");
  }
  conditions wanted;
  for (const std::string& text : asked.texts("--where")) {
    wanted.emplace_back(text);
  }
  if (action == "replay") {
    if (asked.has("--keep") && asked.has("--merge")) {
      throw error(errc::usage, "say --keep or --merge");
    }
    const replay_winner winner = asked.has("--keep")    ? replay_winner::of_the_table
                                 : asked.has("--merge") ? replay_winner::refused_one
                                                        : replay_winner::unsaid;
    return replay_rejects(settings_of(asked, command::run),
                          {[&](const set_aside_row& row) { return hold(wanted, row); }, winner, asked.has("--dry-run")},
                          out);
  }
  const std::uint64_t limit = asked.number("--limit", 100);
  const auto files = rejects_files_in(settings_of(asked, command::status).data_dir);
  return action == "list" ? list(files, wanted, asked.has("--json"), out) : show(files, wanted, limit, out);
}

}  // namespace

const command_definition command_rejects = {
    .command = command::run,
    .name = "rejects",
    .help = "List or show the rows that the table has refused, or load them once more",
    .words = "list|show|replay [FILE]",
    .options = options,
    .takes_connector = true,
    .execute = execute,
};

}  // namespace ingest::app
