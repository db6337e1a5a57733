#include "faults/traced_disk.hpp"

#include <fstream>

namespace ingest::testing {

namespace {

/// What stands between two marks; empty if they are not there.
std::string between(const std::string& text, const std::string& begin, const std::string& end, std::size_t from = 0) {
  const auto first = text.find(begin, from);
  const auto last = first == std::string::npos ? first : text.find(end, first + begin.size());
  return last == std::string::npos ? "" : text.substr(first + begin.size(), last - first - begin.size());
}

/// The result of a call; negative if it failed or never returned.
std::int64_t result_of(const std::string& call) {
  const auto at = call.rfind(" = ");
  return at == std::string::npos || call[at + 3] == '?' ? -1 : std::stoll(call.substr(at + 3));
}

}  // namespace

traced_disk::traced_disk(const std::filesystem::path& log) {
  constexpr const char* unfinished = " <unfinished ...>";
  std::map<std::string, std::string> begun;  // by thread: calls that another thread's call came in between
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const auto blank = line.find(' ');
    const std::string thread = line.substr(0, blank);
    std::string call = line.substr(line.find_first_not_of(' ', blank));
    if (const auto cut = call.find(unfinished); cut != std::string::npos) {
      begun[thread] = call.substr(0, cut);
    } else if (call.starts_with("<... ")) {
      note(begun[thread] + call.substr(call.find('>') + 1));
    } else {
      note(call);
    }
  }
}

void traced_disk::note(const std::string& call) {
  const std::int64_t result = result_of(call);
  if (result < 0) {
    return;
  }
  const std::string path = between(call, "<", ">");
  if (call.starts_with("openat(") && call.find("O_CREAT") != std::string::npos) {
    files_[between(call, "<", ">", call.rfind(" = "))] = {};
  } else if (const auto file = files_.find(path); file != files_.end() && call.starts_with("write(")) {
    file->second.size += static_cast<std::uint64_t>(result);
  } else if (file != files_.end() && call.starts_with("fdatasync(")) {
    file->second.durable = file->second.size;
  } else if (call.starts_with("rename(")) {
    rename(call);
  } else if (call.starts_with("fsync(")) {
    for (auto& [name, created] : files_) {
      created.name_durable = created.name_durable || std::filesystem::path(name).parent_path() == path;
    }
  }
}

void traced_disk::rename(const std::string& call) {
  const std::string from = between(call, "rename(\"", "\"");
  const std::string to = between(call, ", \"", "\"");
  // That the new name is visible and the data is not is the worse of the two; the old state would merely be older.
  const bool name_durable = files_.contains(to) || std::filesystem::exists(to);
  files_[to] = files_[from];
  files_[to].name_durable = name_durable;
  files_.erase(from);
}

traced_disk::loss traced_disk::lose_power() const {
  loss lost;
  for (const auto& [name, file] : files_) {
    if (!std::filesystem::exists(name)) {
      continue;
    }
    if (!file.name_durable) {
      std::filesystem::remove(name);
      ++lost.files;
    } else if (file.durable < std::filesystem::file_size(name)) {
      lost.bytes += std::filesystem::file_size(name) - file.durable;
      std::filesystem::resize_file(name, file.durable);
    }
  }
  return lost;
}

}  // namespace ingest::testing
