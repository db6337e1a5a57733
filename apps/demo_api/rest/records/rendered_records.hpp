#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "demo_api/rest/formats/body_format.hpp"
#include "demo_api/rest/records/collection.hpp"

namespace demo_api::rest {

/// The records of a collection that never changes, as they stand in bodies, made once: a page is one copy.
class rendered_records {
 public:
  /// Null where that cannot be, or would take more than 256 MiB.
  static std::unique_ptr<rendered_records> make(const collection& of, const body_format& format);

  /// Appends `count` records from `first` on, in the order of their numbers, with separators between them.
  void append(std::uint64_t first, std::uint64_t count, std::string& out) const;

 private:
  std::string text_;
  std::vector<std::size_t> starts_;  ///< one more than there are records
  std::size_t separator_ = 0;
};

}  // namespace demo_api::rest
