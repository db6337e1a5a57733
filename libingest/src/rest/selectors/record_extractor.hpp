#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "rest/expressions/interpolation.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

/// DpathExtractor: where the records of an answer are. A list is that of the records, anything else but what is false
/// in Python one record. Thread-safe.
class record_extractor {
 public:
  record_extractor() = default;
  explicit record_extractor(glob_path path) : path_(std::move(path)) {}
  /// Throws errc::config for a path that makes no sense.
  record_extractor(const std::vector<interpolation>& field_path, const variables& config);

  const glob_path& path() const { return path_; }

  /// Returns whether the path leads somewhere, be it to no records.
  bool extract(const value& document, const std::function<void(const value& record)>& each) const;

 private:
  glob_path path_;
};

}  // namespace ingest::rest
