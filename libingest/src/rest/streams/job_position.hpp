#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Where the slice of an AsyncRetriever goes on: with no job, with one that is at work, or within the files of one that
/// is complete. Opaque to all but async_retriever, and kept as text in buffer and ledger.
struct job_position {
  std::optional<value> created = {};  ///< what templates know of the job by; nothing: there is no job
  std::int64_t until_ms = 0;          ///< when it is given up, in milliseconds since 1970

  std::optional<value> completed = {};          ///< what templates know of its end; nothing: it is at work
  std::vector<value> files = {};                ///< what is left to be downloaded, the current one first
  std::size_t files_read = 0;                   ///< those before it
  std::optional<value> token = {};              ///< of the current file's next page
  std::size_t read = 0;                         ///< records of that page that were given
  std::uint64_t like = 0;                       ///< the fingerprint of those
  std::optional<std::uint64_t> last_page = {};  ///< that of the page before

  bool given = false;                  ///< the slice has given records
  std::optional<value> observed = {};  ///< the highest cursor value of these
  bool ended = false;                  ///< nothing comes behind it

  /// There is no job any more; what was given remains.
  void forget_job();

  /// The current file has been read.
  void end_file();

  /// The job names its files once more, perhaps by other addresses. False where it cannot be told which of them are
  /// left: that is known where nothing was read, of a single one, and where they are the same but for the query.
  bool find_again(const std::vector<value>& all);

  /// Canonical JSON: equal positions are equal texts.
  std::string to_text() const;

  /// Throws errc::bad_data for what to_text() has not written.
  static job_position from_text(std::string_view text);
};

}  // namespace ingest::rest
