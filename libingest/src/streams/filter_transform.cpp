#include "ingest/transforms/filter_transform.hpp"

#include "streams/lines.hpp"

namespace ingest {

std::optional<batch> filter_transform::apply(batch input) {
  auto kept = std::make_shared<std::string>();
  kept->reserve(input.bytes().size());
  input.records = 0;
  detail::for_each_line(input.bytes(), [&](std::string_view line) {
    if (keep_(line.ends_with('\n') ? line.substr(0, line.size() - 1) : line)) {
      kept->append(line);
      ++input.records;
    }
  });
  input.data = std::move(kept);
  return input;
}

}  // namespace ingest
