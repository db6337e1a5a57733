#include "actors/range_dealer.hpp"

#include <algorithm>
#include <utility>

namespace ingest::actors {

namespace {

/// That a loader holds: one that it writes, and one whose keys it can tell meanwhile.
constexpr std::size_t most_in_turn = 2;

/// Null: nobody knows which.
bool may_share_keys(const record_keys* one, const record_keys* other) {
  if (one == nullptr || other == nullptr || one->rule != other->rule) {
    return true;
  }
  auto a = one->numbers.begin();
  auto b = other->numbers.begin();
  while (a != one->numbers.end() && b != other->numbers.end()) {
    if (*a == *b) {
      return true;
    }
    ++(*a < *b ? a : b);
  }
  return false;
}

}  // namespace

void range_dealer::attach(const loader_ready& m, std::uint64_t window) {
  loader_link& link = loaders_[m.loader];
  link.ranges = m.ranges;
  link.credit.open(m.life, window);
}

range_dealer::loader_link* range_dealer::find(std::uint32_t loader, life_number life) {
  const auto link = loaders_.find(loader);
  return link == loaders_.end() || link->second.credit.life() != life ? nullptr : &link->second;
}

range_dealer::loader_link* range_dealer::freest_loader() {
  const auto room_of = [this](const loader_link& l) {
    return in_turn_ && l.outstanding.size() >= most_in_turn ? 0 : l.credit.balance();
  };
  const auto freest = std::max_element(loaders_.begin(), loaders_.end(), [&](const auto& a, const auto& b) {
    return room_of(a.second) < room_of(b.second);
  });
  return freest == loaders_.end() || room_of(freest->second) == 0 ? nullptr : &freest->second;
}

void range_dealer::deal(const supply& next) {
  while (loader_link* loader = freest_loader()) {
    if (waiting_.empty()) {
      std::optional<load_task> task = next();
      if (!task) {
        return;
      }
      task->place = ++last_place_;
      waiting_.push_back(std::move(*task));
    }
    load_task& task = waiting_.front();
    if (!loader->credit.spend(task.cost)) {
      return;
    }
    post(loader->ranges, range_offer{loader->credit.life(), ++last_offer_, task.pages, task.batches, in_turn_});
    loader->outstanding.emplace(last_offer_, std::move(task));
    waiting_.pop_front();
  }
}

std::optional<load_task> range_dealer::complete(const range_done& m) {
  loader_link* link = find(m.loader, m.life);
  if (link == nullptr) {
    return std::nullopt;
  }
  auto done = link->outstanding.extract(m.number);
  if (done.empty()) {
    return std::nullopt;
  }
  link->credit.grant(m.life, done.mapped().cost);
  give_turns();
  return std::move(done.mapped());
}

void range_dealer::note_keys(const range_keys& m) {
  loader_link* link = find(m.loader, m.life);
  if (link == nullptr) {
    return;
  }
  const auto task = link->outstanding.find(m.number);
  if (task == link->outstanding.end()) {
    return;
  }
  task->second.keys_told = true;
  task->second.has_turn = false;
  task->second.keys = m.keys;
  give_turns();
}

bool range_dealer::may_be_written(const load_task& task) const {
  const auto is_in_the_way = [&task](const load_task& other) {
    return other.place < task.place && (!other.keys_told || may_share_keys(other.keys.get(), task.keys.get()));
  };
  return std::none_of(waiting_.begin(), waiting_.end(), is_in_the_way) &&
         std::all_of(loaders_.begin(), loaders_.end(), [&](const auto& entry) {
           const auto& held = entry.second.outstanding;
           return std::none_of(held.begin(), held.end(), [&](const auto& t) { return is_in_the_way(t.second); });
         });
}

void range_dealer::give_turns() {
  for (auto& [index, link] : loaders_) {
    for (auto& [number, task] : link.outstanding) {
      if (task.keys_told && !task.has_turn && may_be_written(task)) {
        task.has_turn = true;
        post(link.ranges, range_turn{link.credit.life(), number});
      }
    }
  }
}

void range_dealer::detach(const detach_loader& m) {
  if (loader_link* link = find(m.loader, m.life)) {
    for (auto& [number, task] : link->outstanding) {
      task.has_turn = false;
      task.keys_told = false;
      task.keys.reset();
      waiting_.push_back(std::move(task));
    }
    std::sort(waiting_.begin(), waiting_.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
    loaders_.erase(m.loader);
  }
}

bool range_dealer::idle() const {
  return waiting_.empty() && std::all_of(loaders_.begin(), loaders_.end(),
                                         [](const auto& entry) { return entry.second.outstanding.empty(); });
}

}  // namespace ingest::actors
