#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Rows that were set aside, as events_rejected.ndjson has them, a line of JSON each (docs/protocol.md).
namespace ingest::app {

inline constexpr std::string_view rejects_file_name = "events_rejected.ndjson";

struct set_aside_row {
  std::string_view line;     ///< without its newline; as long as the row is looked at
  std::string_view event;    ///< as it came; empty where it was no JSON, and cannot come again
  bool is_refused = false;   ///< else a duplicate with other content than the row that stays
  bool is_replayed = false;  ///< it was replayed, and was not refused again

  /// A member of the line's, as a text: "sqlstate", "message", "id", "stream", "page" …; empty where it has none.
  std::string member(std::string_view name) const;
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

/// Files of rejects of a run: in the directory, and, of a connector, in those of its streams. The newest is last.
std::vector<std::filesystem::path> rejects_files_in(const std::filesystem::path& data_dir);

/// Calls `look` with each row, until that returns false. A last line that a crash has cut is passed by; what else is no
/// line of rejects is errc::bad_data that names it.
void for_each_reject(const std::filesystem::path& file, const std::function<bool(const set_aside_row&)>& look);

/// How often each text is there.
using counted_texts = std::unordered_map<std::string, std::uint64_t>;

/// Marks rows as replayed, each of these lines as often as it is counted, in one step and durably. Returns how many.
std::uint64_t mark_replayed(const std::filesystem::path& file, counted_texts lines, const std::string& moment);

}  // namespace ingest::app
