#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "buffer/data_dir.hpp"
#include "buffer/disk_buffer.hpp"
#include "buffer/range_reader.hpp"
#include "buffer/run_state.hpp"
#include "commands/command_definition.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "json_text.hpp"
#include "records/record_line.hpp"
#include "run_directories.hpp"
#include "text_table.hpp"

namespace ingest::app {

namespace {

constexpr own_option options[] = {
    {.name = "ACTION",
     .help = "ls: the segments in DATA_DIR, and in the directories of a connector's streams below it. cat: the records "
             "in them, a line of JSON each, in the order in which they were read; they stay. verify: whether each page "
             "is what was written, by its checksum; what is not is named with its place, and the exit code is 65."},
    {.name = "--stream", .value = "NAME", .help = "Only pages of this stream."},
    {.name = "--slice", .value = "NAME", .help = "Only pages of this slice."},
    {.name = "--json", .help = "Print what ls lists as JSON."},
};

struct page_choice {
  std::optional<std::string> stream;
  std::optional<std::string> slice;

  bool has(const page& p) const {
    return (!stream || p.slice.stream() == *stream) && (!slice || p.slice.name() == *slice);
  }
};

struct segment_summary {
  std::uint64_t bytes = 0;
  std::uint64_t pages = 0;
  std::uint64_t rows = 0;
  std::set<slice_id> slices;
};

/// A directory, and what could be told of the buffer in it.
struct found_buffer {
  std::filesystem::path directory;
  disk_buffer::contents contents;
  std::string damage;  ///< that no look behind it is possible; empty: none
};

std::vector<found_buffer> look_at(const std::filesystem::path& directory) {
  std::vector<found_buffer> all;
  for (const auto& one : run_directories(directory)) {
    if (!holds_run(one)) {
      continue;
    }
    found_buffer& found = all.emplace_back(found_buffer{one, {}, ""});
    try {
      found.contents = disk_buffer::inspect(posix_file_system(), one);
    } catch (const error& e) {
      if (e.code() != errc::bad_data) {
        throw;
      }
      found.damage = e.what();
    }
  }
  return all;
}

void for_each_page(const found_buffer& buffer, const page_choice& chosen,
                   const std::function<void(const page&, std::string_view)>& look,
                   const std::function<void(const error&)>& damaged) {
  range_reader reader(posix_file_system(), buffer.directory);
  for (const page& p : buffer.contents.pages) {
    // One that is gone was loaded by a run that goes on meanwhile.
    if (!chosen.has(p) || !posix_file_system().exists(buffer.directory / segment_file_name(p.segment))) {
      continue;
    }
    try {
      look(p, reader.read({{p}}).bytes());
    } catch (const error& e) {
      if (e.code() == errc::cancelled) {
        throw;
      }
      damaged(e);
    }
  }
}

std::map<std::uint64_t, segment_summary> segments_of(const disk_buffer::contents& contents, const page_choice& chosen) {
  std::map<std::uint64_t, segment_summary> segments;
  for (const page& p : contents.pages) {
    if (chosen.has(p)) {
      segment_summary& s = segments[p.segment];
      s.bytes += p.length;
      ++s.pages;
      s.rows += p.rows;
      s.slices.insert(p.slice);
    }
  }
  return segments;
}

void list_as_json(const std::vector<found_buffer>& all, const page_choice& chosen, std::ostream& out) {
  pretty_json made;
  made.json.StartArray();
  for (const found_buffer& buffer : all) {
    made.json.StartObject();
    made.put("directory", buffer.directory.string());
    if (buffer.contents.identity) {
      made.put("pipeline", buffer.contents.identity->pipeline);
      made.put("run_id", buffer.contents.identity->run_id);
    }
    if (!buffer.damage.empty()) {
      made.put("damage", buffer.damage);
    }
    made.put_number("torn_bytes", buffer.contents.torn_bytes);
    made.key("segments");
    made.json.StartArray();
    for (const auto& [number, s] : segments_of(buffer.contents, chosen)) {
      made.json.StartObject();
      made.put("file", segment_file_name(number));
      for (const auto& [key, value] : {std::pair("bytes", s.bytes), std::pair("pages", s.pages),
                                       std::pair("rows", s.rows), std::pair("slices", s.slices.size())}) {
        made.put_number(key, value);
      }
      made.json.EndObject();
    }
    made.json.EndArray();
    made.json.EndObject();
  }
  made.json.EndArray();
  out << made.text();
}

void list_as_text(const std::vector<found_buffer>& all, const page_choice& chosen, std::ostream& out) {
  for (const found_buffer& buffer : all) {
    out << buffer.directory.string();
    if (buffer.contents.identity) {
      out << ": pipeline " << buffer.contents.identity->pipeline << ", run " << buffer.contents.identity->run_id;
    }
    out << '\n';
    if (!buffer.damage.empty()) {
      out << "  DAMAGED  " << log::redact(buffer.damage) << '\n';
      continue;
    }
    text_table table({{"segment"}, {"bytes", true}, {"pages", true}, {"rows", true}, {"slices", true}});
    for (const auto& [number, s] : segments_of(buffer.contents, chosen)) {
      table.add({segment_file_name(number), std::to_string(s.bytes), std::to_string(s.pages), std::to_string(s.rows),
                 std::to_string(s.slices.size())});
    }
    out << table.text(2);
    if (buffer.contents.torn_bytes > 0) {
      out << "  " << buffer.contents.torn_bytes
          << " bytes behind the last whole page, of an append that was broken off\n";
    }
  }
  if (all.empty()) {
    out << "nothing is in the buffer\n";
  }
}

/// Without keys; of what is no record, its bytes.
void print_records(std::string_view bytes, std::ostream& out) {
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    const detail::record_line line = detail::parse_record_line(bytes.substr(begin, end - begin));
    if (line.reason) {
      std::string record;
      detail::append_bytes(line.record, record);
      out << record << '\n';
    } else {
      out << line.record << '\n';
    }
    begin = end + 1;
  }
}

int print(const std::vector<found_buffer>& all, const page_choice& chosen, std::ostream& out) {
  for (const found_buffer& buffer : all) {
    if (!buffer.damage.empty()) {
      throw error(errc::bad_data, buffer.damage);
    }
    for_each_page(
        buffer, chosen,
        [&out](const page&, std::string_view bytes) {
          print_records(bytes, out);
          if (!out) {
            throw error(errc::io, "cannot write to standard output");
          }
        },
        [](const error& e) { throw error(e); });
  }
  return 0;
}

/// What the state says was durable, and is neither here nor loaded. The state is written before a segment is deleted
/// because it was loaded, so that it knows of each that is.
std::string what_is_gone(const found_buffer& buffer) {
  if (data_dir::is_locked(buffer.directory)) {
    return "";  // a run that goes on is ahead of it
  }
  const auto state = state_store(posix_file_system(), buffer.directory).load();
  if (!state) {
    return "";
  }
  std::uint64_t here = 0;
  for (const page& p : buffer.contents.pages) {
    here += p.rows;
  }
  const std::uint64_t known = here + state->rows_loaded + state->duplicates_skipped + state->rows_rejected;
  return known >= state->rows_durable
             ? ""
             : buffer.directory.string() + ": " + std::to_string(state->rows_durable - known) + " of " +
                   std::to_string(state->rows_durable) +
                   " rows that were durable are neither in the buffer nor loaded: files were taken away, or their ends "
                   "are damaged. Restore them from a copy; else what is lost is read again by ingest run, or the run "
                   "is started over";
}

int verify(const std::vector<found_buffer>& all, const page_choice& chosen, std::ostream& out) {
  std::uint64_t damages = 0;
  for (const found_buffer& buffer : all) {
    std::uint64_t pages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t bad = 0;
    const auto damaged = [&](const std::string& what) {
      out << "DAMAGED  " << log::redact(what) << '\n';
      ++bad;
    };
    if (!buffer.damage.empty()) {
      damaged(buffer.damage);
    }
    for_each_page(
        buffer, chosen,
        [&](const page& p, std::string_view) {
          ++pages;
          bytes += p.length;
        },
        [&](const error& e) { damaged(e.what()); });
    if (buffer.damage.empty() && !chosen.stream && !chosen.slice) {
      if (const std::string gone = what_is_gone(buffer); !gone.empty()) {
        damaged(gone);
      }
    }
    if (bad == 0) {
      out << "ok       " << buffer.directory.string() << ": " << pages << " pages, " << bytes << " bytes"
          << (buffer.contents.torn_bytes > 0 ? ", and the rest of an append that was broken off" : "") << '\n';
    }
    damages += bad;
  }
  if (all.empty()) {
    out << "nothing is in the buffer\n";
  }
  return damages == 0 ? 0 : exit_code_of(errc::bad_data);
}

int execute(const invocation& asked, std::ostream& out) {
  const std::string action = asked.text("ACTION");
  if (action != "ls" && action != "cat" && action != "verify") {
    throw error(errc::usage, "say what to do: ingest buffer ls, cat or verify (see ingest buffer --help)");
  }
  const settings s = settings_of(asked);
  const page_choice chosen{asked.optional_text("--stream"), asked.optional_text("--slice")};
  const std::vector<found_buffer> all = look_at(s.data_dir);
  if (action == "cat") {
    return print(all, chosen, out);
  }
  if (action == "verify") {
    return verify(all, chosen, out);
  }
  asked.has("--json") ? list_as_json(all, chosen, out) : list_as_text(all, chosen, out);
  return 0;
}

}  // namespace

const command_definition command_buffer = {
    .command = command::status,
    .name = "buffer",
    .help = "List, print or check what waits in DATA_DIR to be loaded",
    .words = "ls|cat|verify",
    .options = options,
    .execute = execute,
};

}  // namespace ingest::app
