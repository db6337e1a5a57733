#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "demo_api/event_store.hpp"

namespace demo_api {

/// The events of an NDJSON file, byte for byte, kept in memory. Each line is one JSON object with an "id" (a string;
/// may be missing) and a "timestamp" (Unix milliseconds or ISO 8601 text in UTC). Empty lines are skipped.
class file_events final : public event_store {
 public:
  /// Throws std::runtime_error, naming file and line, where the file cannot be read or a line is no such event.
  explicit file_events(const std::filesystem::path& file);

  std::size_t size() const override { return events_.size(); }
  timestamp_ms timestamp(std::size_t index) const override { return events_[index].time; }
  std::string key(std::size_t index) const override;
  void append(std::size_t first, std::size_t last, char separator, std::string& out) const override;

 private:
  struct event {
    timestamp_ms time;
    std::string_view json;
    std::string id;
  };

  std::string text_;
  std::vector<event> events_;
};

/// The time that ISO 8601 text such as 2026-01-27T19:19:13.629Z or 2026-01-27T19:19:13Z names. Throws
/// std::invalid_argument for anything else.
timestamp_ms parse_iso_time(std::string_view text);

}  // namespace demo_api
