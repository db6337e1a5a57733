#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/sinks/parquet_sink.hpp"
#include "json/json_scanner.hpp"

namespace ingest::detail {

/// Finds columns for records: one for each member that has a value, in the order in which they were first met, of the
/// narrowest type that all its values fit into.
class column_guesses {
 public:
  /// What is no JSON object tells nothing.
  void look_at(std::string_view record);

  /// Without the extra one.
  std::vector<parquet_column> columns() const;

 private:
  struct guess {
    std::string name;
    unsigned fits = ~0u;  ///< a bit for each type that could be, as long as all values fit
  };

  void note(std::string_view name, const json_value& value);
  guess* guess_of(std::string_view name);

  std::vector<guess> guesses_;
  std::map<std::string, std::size_t, std::less<>> places_;
  std::string scratch_;
};

}  // namespace ingest::detail
