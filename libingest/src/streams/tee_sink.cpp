#include "ingest/sinks/tee_sink.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "ingest/error.hpp"

namespace ingest {

tee_sink::tee_sink(std::vector<std::shared_ptr<sink>> sinks) : sinks_(std::move(sinks)) {
  if (sinks_.empty() || std::count(sinks_.begin(), sinks_.end(), nullptr) > 0) {
    throw error(errc::config, "a tee needs sinks, and none of them may be null");
  }
}

void tee_sink::open(std::stop_token stop) {
  for (const auto& s : sinks_) {
    ++opened_;
    s->open(stop);
  }
}

write_outcome tee_sink::write(const batch& records) {
  write_outcome last;
  for (const auto& s : sinks_) {
    last = s->write(records);
  }
  return last;
}

void tee_sink::finalize() {
  for (const auto& s : sinks_) {
    s->finalize();
    ++finalized_;
  }
}

void tee_sink::abort(const error& why) {
  std::optional<error> first;
  for (std::size_t i = finalized_; i < opened_; ++i) {
    try {
      sinks_[i]->abort(why);
    } catch (...) {
      first = first ? first : current_error();
    }
  }
  if (first) {
    throw *first;
  }
}

commit_point tee_sink::commits() const {
  const commit_point first = sinks_.front()->commits();
  const bool all = std::all_of(sinks_.begin(), sinks_.end(), [&](const auto& s) { return s->commits() == first; });
  return all ? first : commit_point::unknown;
}

}  // namespace ingest
