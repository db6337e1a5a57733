#include "actors/slice_desk.hpp"

#include <algorithm>
#include <utility>

#include "ingest/run_ledger.hpp"

namespace ingest::actors {

namespace {

/// The ledger is asked for so many slices at a time, so that what it takes for one does not count; for more and more
/// where all of them had ended: a run that is begun again may come past very many of those.
constexpr std::size_t least_at_a_time = run_ledger::most_claimed;
constexpr std::size_t most_at_a_time = 4'096;

}  // namespace

void slice_desk::reset() {
  const std::scoped_lock lock(supplying_, mutex_);
  supply_ = spec_.make_slices ? spec_.make_slices() : counted_slices(spec_.slices, spec_.positions)();
  supplied_ = 0;
  unasked_.clear();
  shared_at_a_time_ = std::min(readers_at_a_time(spec_), least_at_a_time);
  at_a_time_ = spec_.buffer && spec_.buffer->shares_slices ? shared_at_a_time_ : least_at_a_time;
  asked_at_ = std::chrono::steady_clock::now();
  ahead_.clear();
  readers_.clear();
}

std::optional<slice_desk::assignment> slice_desk::take(std::uint32_t reader, life_number life,
                                                       const std::stop_token& stop) {
  if (auto before = take_again(reader, life)) {
    return before;
  }
  auto fresh = next(stop);
  if (fresh) {
    const std::lock_guard lock(mutex_);
    reader_desk& mine = readers_[reader];
    mine.taken.push_back(*fresh);
    ++mine.given;
  }
  return fresh;
}

std::optional<slice_desk::assignment> slice_desk::take_again(std::uint32_t reader, life_number life) {
  const std::lock_guard lock(mutex_);
  reader_desk& mine = readers_[reader];
  if (mine.life != life) {
    mine.life = life;
    mine.given = 0;
  }
  return mine.given < mine.taken.size() ? std::optional(mine.taken[mine.given++]) : std::nullopt;
}

std::optional<slice_desk::assignment> slice_desk::next(const std::stop_token& stop) {
  const std::lock_guard one_at_a_time(supplying_);
  while (ahead_.empty() && (supply_ || !unasked_.empty())) {
    look_ahead(stop);
  }
  if (ahead_.empty()) {
    return std::nullopt;
  }
  assignment a = std::move(ahead_.front());
  ahead_.pop_front();
  return a;
}

/// Where slices are shared, those that wait here are kept from other processes: no more are taken than are read at
/// once, unless they are so short that asking would take longer than reading.
std::size_t slice_desk::next_to_read() {
  if (!spec_.buffer || !spec_.buffer->shares_slices) {
    return least_at_a_time;
  }
  constexpr std::chrono::seconds enough_to_do{1};
  const auto now = std::chrono::steady_clock::now();
  const bool are_short = now - std::exchange(asked_at_, now) < enough_to_do;
  shared_at_a_time_ = are_short ? std::min(2 * shared_at_a_time_, least_at_a_time) : readers_at_a_time(spec_);
  return shared_at_a_time_;
}

/// What the supply has given is kept until the ledger has answered, however often that takes.
void slice_desk::look_ahead(const std::stop_token& stop) {
  const bool asks = spec_.buffer && spec_.buffer->take_slices;
  while (supply_ && unasked_.size() < (asks ? at_a_time_ : 1)) {
    if (auto task = supply_->next(stop)) {
      ++supplied_;
      unasked_.push_back(std::move(*task));
    } else {
      supply_.reset();
    }
  }
  if (!supply_ && spec_.buffer && spec_.buffer->count_slices) {
    spec_.buffer->count_slices(supplied_);
  }
  std::vector<slice_id> names;
  for (std::size_t i = 0; i < std::min(unasked_.size(), at_a_time_); ++i) {
    names.push_back(unasked_[i].slice);
  }
  std::vector<slice_progress> known(names.size());
  if (asks && !names.empty()) {
    known = spec_.buffer->take_slices(names, stop);
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!known[i].done && !known[i].elsewhere) {
      known[i].slice = names[i];
      ahead_.push_back({std::move(unasked_[i]), std::move(known[i])});
    }
  }
  unasked_.erase(unasked_.begin(), unasked_.begin() + static_cast<std::ptrdiff_t>(known.size()));
  at_a_time_ = ahead_.empty() ? std::min(2 * at_a_time_, most_at_a_time) : next_to_read();
}

void slice_desk::finish(std::uint32_t reader, const slice_id& slice) {
  const std::lock_guard lock(mutex_);
  reader_desk& its = readers_[reader];
  const auto found =
      std::find_if(its.taken.begin(), its.taken.end(), [&](const assignment& a) { return a.task.slice == slice; });
  if (found == its.taken.end()) {
    return;
  }
  if (static_cast<std::size_t>(found - its.taken.begin()) < its.given) {
    --its.given;
  }
  its.taken.erase(found);
}

bool slice_desk::is_at_work(std::uint32_t reader, const slice_id& slice) const {
  const std::lock_guard lock(mutex_);
  const auto its = readers_.find(reader);
  return its != readers_.end() && std::any_of(its->second.taken.begin(), its->second.taken.end(),
                                              [&](const assignment& a) { return a.task.slice == slice; });
}

}  // namespace ingest::actors
