#include "processes/source_command.hpp"

namespace ingest::processes {

namespace {

void add(std::vector<std::string>& words, const char* flag, const std::filesystem::path& file) {
  if (!file.empty()) {
    words.emplace_back(flag);
    words.push_back(file.string());
  }
}

}  // namespace

std::string source_command::name() const {
  return std::filesystem::path(words.front()).filename().string();
}

std::vector<std::string> source_command::discover() const {
  std::vector<std::string> all = words;
  if (speaks == protocol::airbyte) {
    all.emplace_back("discover");
  }
  add(all, "--config", config);
  if (speaks == protocol::singer) {
    all.emplace_back("--discover");
  }
  return all;
}

std::vector<std::string> source_command::read(const std::filesystem::path& catalog,
                                              const std::filesystem::path& state) const {
  std::vector<std::string> all = words;
  if (speaks == protocol::airbyte) {
    all.emplace_back("read");
  }
  add(all, "--config", config);
  add(all, "--catalog", catalog);
  add(all, "--state", state);
  return all;
}

}  // namespace ingest::processes
