#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Some records of a parent stream, all of one slice.
struct parent_page {
  value partition = value::dict_of({});  ///< the values of the parent's own partition
  std::vector<value> records;
};

/// The records of a parent stream, page by page, from its first slice to its last. One thread at a time calls
/// begin → next*.
class parent_records {
 public:
  virtual ~parent_records() = default;

  virtual void begin() = 0;

  /// Nothing behind the last page. May ask an API, and throws as it does; errc::cancelled once `stop` is requested.
  virtual std::optional<parent_page> next(const std::stop_token& stop) = 0;
};

}  // namespace ingest::rest
