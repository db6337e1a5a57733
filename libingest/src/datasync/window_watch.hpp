#pragma once

#include <map>
#include <mutex>

#include "datasync/page_parser.hpp"
#include "ingest/source.hpp"
#include "ingest/time_window.hpp"

namespace ingest::detail {

/// Notices an API that ignores the time windows it is asked for. Thread-safe.
class window_watch {
 public:
  /// Takes in the first page of a slice. Throws errc::config if another slice, with another window, was given the
  /// same events: each would read everything.
  void first_page(slice_id slice, const time_window& window, const parsed_page& page);

  /// Warns, once, of a page with events that bear a time outside of the window.
  void any_page(slice_id slice, const time_window& window, const parsed_page& page);

 private:
  struct beginning {
    std::string first_id;
    std::string last_id;
    std::uint64_t rows;

    bool operator==(const beginning&) const = default;
  };

  std::once_flag warned_;
  std::mutex mutex_;
  std::map<slice_id, beginning> beginnings_;
};

}  // namespace ingest::detail
