#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "buffer/run_state.hpp"
#include "core/replaced_file.hpp"

namespace ingest {

namespace {

constexpr const char* state_name = "ingestion.state";

}  // namespace

state_store::state_store(file_system& files, std::filesystem::path directory)
    : files_(files), directory_(std::move(directory)) {}

void state_store::save(const run_state& s) {
  detail::replace_file(files_, directory_ / state_name, to_json(s));
}

std::optional<run_state> state_store::load() const {
  const auto path = directory_ / state_name;
  if (!files_.exists(path)) {
    return std::nullopt;
  }
  const auto f = files_.open(path);
  std::string text(f->size(), '\0');
  f->read(0, text.size(), text.data());
  try {
    return parse_run_state(text);
  } catch (const error& e) {
    throw error(e.code(), path.string() + ": " + e.what());
  }
}

void state_store::remove() {
  files_.remove(detail::temporary_of(directory_ / state_name));
  files_.remove(directory_ / state_name);
  files_.sync_directory(directory_);
}

std::string timestamp_now() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const std::time_t time = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s.%03dZ", date.data(), static_cast<int>((now - seconds).count()));
  return text.data();
}

}  // namespace ingest
