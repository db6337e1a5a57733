#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ingest/source.hpp"

namespace ingest::testing {

/// What came out of a source, read until its end.
struct read_result {
  std::vector<std::string> ids;  ///< the first column of each row
  std::vector<std::string> positions;
  std::size_t batches = 0;

  std::set<std::string> distinct() const { return {ids.begin(), ids.end()}; }
};

inline void append_ids(const batch& b, std::vector<std::string>& to) {
  for (std::string_view rest = b.bytes(); !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
    to.emplace_back(rest.substr(0, rest.find('\t')));
  }
}

/// Opens the source at `position`, reads at most `most` batches, and closes it.
inline read_result read_all(source& from, const std::optional<std::string>& position = {}, std::size_t most = 10'000) {
  struct closer {
    source& s;
    ~closer() { s.close(); }
  } closing{from};
  read_result result;
  from.open(position, {});
  for (bool last = false; !last && result.batches < most;) {
    const auto b = from.read();
    if (!b) {
      break;
    }
    append_ids(*b, result.ids);
    result.positions.push_back(b->position);
    ++result.batches;
    last = b->last;
  }
  return result;
}

}  // namespace ingest::testing
