#include "rejected_rows.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "core/replaced_file.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "run_directories.hpp"

namespace ingest::app {

namespace {

// As rejects_file writes them. A quote within a text is escaped, so that neither can be in one.
constexpr std::string_view before_event = "\"encoding\":\"json\",\"event\":";
constexpr std::string_view refused = "\"reason\":\"refused\"";
constexpr std::string_view replayed = ",\"replayed\":\"";

set_aside_row row_of(std::string_view line) {
  set_aside_row row;
  row.line = line;
  const std::size_t event = line.find(before_event);
  row.is_refused = line.substr(0, event).find(refused) != std::string_view::npos;
  // The mark is at the end, behind whatever an event holds.
  const std::size_t mark = line.rfind(replayed);
  row.is_replayed = mark != std::string_view::npos &&
                    line.substr(mark + replayed.size()).find('"') + 2 == line.size() - mark - replayed.size();
  if (event != std::string_view::npos) {
    const std::size_t begin = event + before_event.size();
    row.event = line.substr(begin, (row.is_replayed ? mark : line.size() - 1) - begin);
  }
  return row;
}

[[noreturn]] void unreadable(const std::filesystem::path& file) {
  throw error(errc::io, "cannot read " + file.string() + ": " + std::strerror(errno));
}

void check_line(const std::string& line, const std::filesystem::path& file, std::uint64_t number) {
  if (!line.starts_with("{\"pipeline\":") || !line.ends_with('}')) {
    throw error(errc::bad_data, file.string() + " line " + std::to_string(number) +
                                    " is no row that was set aside: somebody has edited the file; take the line out");
  }
}

/// Calls `take` with each whole line.
void for_each_line(const std::filesystem::path& file, const std::function<bool(const std::string&)>& take) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    unreadable(file);
  }
  std::uint64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (in.eof()) {
      return;  // a line that a crash has cut; the next row that is set aside ends it
    }
    if (line.empty() || (!line.ends_with('}') && line.starts_with('{'))) {
      continue;  // such a line, ended so
    }
    check_line(line, file, number);
    if (!take(line)) {
      return;
    }
  }
  if (in.bad()) {
    unreadable(file);
  }
}

}  // namespace

std::string set_aside_row::member(std::string_view name) const {
  if (!parsed_) {
    parsed_ = std::make_shared<rapidjson::Document>();
    parsed_->Parse<rapidjson::kParseNumbersAsStringsFlag>(line.data(), line.size());
  }
  const rapidjson::Document& d = *parsed_;
  if (d.HasParseError() || !d.IsObject()) {
    return "";
  }
  const auto found = d.FindMember(rapidjson::Value(name.data(), static_cast<rapidjson::SizeType>(name.size())));
  if (found == d.MemberEnd() || found->value.IsNull()) {
    return "";
  }
  if (found->value.IsString()) {
    return {found->value.GetString(), found->value.GetStringLength()};
  }
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  found->value.Accept(writer);
  return {text.GetString(), text.GetSize()};
}

reject_condition::reject_condition(const std::string& text) {
  const std::size_t sign = text.find_first_of("=~");
  if (sign == std::string::npos || sign == 0) {
    throw error(errc::usage,
                "--where says what rows have: NAME=TEXT, or NAME~TEXT for what has it within, as in "
                "--where sqlstate=22P02 or --where 'message~out of range'");
  }
  member_ = text.substr(0, sign);
  text_ = text.substr(sign + 1);
  within_ = text[sign] == '~';
}

bool reject_condition::holds(const set_aside_row& row) const {
  const std::string value = row.member(member_);
  return within_ ? value.find(text_) != std::string::npos : value == text_;
}

std::vector<std::filesystem::path> rejects_files_of(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const std::string& name : posix_file_system().list(directory)) {
    if (name.starts_with("events_rejected.") && name.ends_with(".ndjson")) {
      files.push_back(directory / name);
    }
  }
  // By number, events_rejected.1.ndjson first; that of the last run, which has none, behind them.
  const auto number = [](const std::filesystem::path& file) {
    const std::string text = file.stem().extension().string();
    return text.empty() ? ~0ull : std::strtoull(text.c_str() + 1, nullptr, 10);
  };
  std::sort(files.begin(), files.end(), [&](const auto& a, const auto& b) { return number(a) < number(b); });
  return files;
}

std::vector<std::filesystem::path> rejects_files_in(const std::filesystem::path& data_dir) {
  std::vector<std::filesystem::path> files;
  for (const auto& directory : run_directories(data_dir)) {
    const auto more = rejects_files_of(directory);
    files.insert(files.end(), more.begin(), more.end());
  }
  return files;
}

void for_each_reject(const std::filesystem::path& file, const std::function<bool(const set_aside_row&)>& look) {
  for_each_line(file, [&](const std::string& line) { return look(row_of(line)); });
}

std::uint64_t mark_replayed(const std::filesystem::path& file, counted_texts& lines, const std::string& moment) {
  const std::string mark = std::string(replayed) + moment + "\"}";
  detail::replaced_file marked(posix_file_system(), file);
  std::uint64_t count = 0;
  for_each_line(file, [&](std::string line) {
    if (line.ends_with(mark)) {
      ++count;
    } else if (lines.take(line)) {
      ++count;
      line.replace(line.size() - 1, 1, mark);
    }
    marked.append(line += '\n');
    return true;
  });
  marked.commit();
  return count;
}

}  // namespace ingest::app
