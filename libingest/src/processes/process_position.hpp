#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingest::processes {

/// Where a spool is read on.
struct spool_place {
  std::string file;       ///< its name
  std::uint64_t at = 0;   ///< bytes that were given
  std::uint64_t end = 0;  ///< bytes that it has
  bool is_last = false;   ///< the process had ended in order behind it
};

/// A position of a process's stream: a JSON object. Its watermark says where the next run begins once this one is
/// complete, and is a text that holds another object:
///
///     {"watermark":"{\"state\":…,\"version\":…,\"all\":true}","spool":{"file":…,"at":…,"end":…,"last":…}}
struct process_position {
  std::string state;                    ///< that the process is handed; empty: none
  std::optional<std::int64_t> version;  ///< of the records, where they bear one
  bool has_all = false;                 ///< all was read, and there is no state to go on from
  std::optional<spool_place> spool;     ///< what is to be read from there before the process begins with the state

  std::string to_text() const;
  std::string watermark() const;

  /// Throw errc::bad_data for a text that to_text(), or watermark(), has not made.
  static process_position parse(std::string_view text);
  static process_position parse_watermark(std::string_view text);
};

}  // namespace ingest::processes
