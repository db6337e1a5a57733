#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Rows that were set aside, as events_rejected.ndjson has them, a line of JSON each (docs/protocol.md).
namespace ingest::app {

struct set_aside_row {
  std::string_view line;     ///< without its newline; as long as the row is looked at
  std::string_view event;    ///< as it came; empty where it was no JSON, and cannot come again
  bool is_refused = false;   ///< else a duplicate with other content than the row that stays
  bool is_replayed = false;  ///< it was replayed, and was not refused again

  /// A member of the line's, as a text: "sqlstate", "message", "id", "stream", "page" …; empty where it has none.
  std::string member(std::string_view name) const;

 private:
  mutable std::shared_ptr<rapidjson::Document> parsed_;  // when the first member is asked for
};

/// "NAME=TEXT": the member is that; "NAME~TEXT": it has that in it.
class reject_condition {
 public:
  /// Throws errc::usage for what is neither.
  explicit reject_condition(const std::string& text);

  bool holds(const set_aside_row& row) const;

 private:
  std::string member_;
  std::string text_;
  bool within_;
};

/// Files of rejects in a directory: those of runs before, and of the last one; the oldest first.
std::vector<std::filesystem::path> rejects_files_of(const std::filesystem::path& directory);

/// The same of a run: in its directory, and, of a connector, in those of its streams.
std::vector<std::filesystem::path> rejects_files_in(const std::filesystem::path& data_dir);

/// Calls `look` with each row, until that returns false. A last line that a crash has cut is passed by; what else is no
/// line of rejects is errc::bad_data that names it.
void for_each_reject(const std::filesystem::path& file, const std::function<bool(const set_aside_row&)>& look);

/// How often each text is there, of which no more than a number is kept.
class counted_texts {
 public:
  void add(std::string_view text) { ++counts_[number_of(text)]; }

  /// One less, if there is one.
  bool take(std::string_view text) {
    const auto found = counts_.find(number_of(text));
    return found != counts_.end() && found->second > 0 && found->second-- > 0;
  }

 private:
  static std::uint64_t number_of(std::string_view text) {
    return std::hash<std::string_view>()(text) ^ (text.size() * 0x9E3779B97F4A7C15ull);
  }

  std::unordered_map<std::uint64_t, std::uint64_t> counts_;
};

/// Marks rows as replayed at that moment, each of these lines as often as it is counted, in one step and durably.
/// Returns how many are marked so then: a second time makes no difference.
std::uint64_t mark_replayed(const std::filesystem::path& file, counted_texts& lines, const std::string& moment);

}  // namespace ingest::app
