#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "rest/expressions/value.hpp"
#include "rest/selectors/record_texts.hpp"

namespace ingest::rest {

/// Records of one answer, or of a part of it, and where to go on behind them.
struct stream_page {
  record_texts records;
  std::string position;
  bool last = false;    ///< of the slice
  value observed = {};  ///< by the cursor, in the slice so far; None: nothing
};

/// Reads one slice, page by page. One thread at a time calls open → read*.
class slice_reader {
 public:
  virtual ~slice_reader() = default;

  /// Goes on at a position that a page of this slice had, perhaps in an earlier process; or begins. Throws
  /// errc::bad_data for a position that is none.
  virtual void open(const std::optional<std::string>& position) = 0;

  /// The next page, which may have no records; nothing behind the last one. Waits for the API. Throws what
  /// requester::send() throws, errc::bad_data for an answer that cannot be read, errc::config for expressions that
  /// cannot be evaluated, errc::cancelled once `stop` is requested. After a throw open() may be called again.
  virtual std::optional<stream_page> read(const std::stop_token& stop) = 0;

  /// Whoever reads has no more patience: what is doubted, and may be what it seems to be, is believed when it comes the
  /// next time. After open(), until the next page.
  virtual void believe() {}
};

}  // namespace ingest::rest
