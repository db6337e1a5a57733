#include "actors/range_dealer.hpp"

#include <algorithm>
#include <utility>

namespace ingest::actors {

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
  const auto freest = std::max_element(loaders_.begin(), loaders_.end(), [](const auto& a, const auto& b) {
    return a.second.credit.balance() < b.second.credit.balance();
  });
  return freest == loaders_.end() || freest->second.credit.balance() == 0 ? nullptr : &freest->second;
}

void range_dealer::deal(const supply& next) {
  while (loader_link* loader = freest_loader()) {
    if (waiting_.empty()) {
      std::optional<load_task> task = next();
      if (!task) {
        return;
      }
      waiting_.push_back(std::move(*task));
    }
    load_task& task = waiting_.front();
    if (!loader->credit.spend(task.cost)) {
      return;
    }
    post(loader->ranges, range_offer{loader->credit.life(), ++last_offer_, task.pages, task.batches});
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
  return std::move(done.mapped());
}

void range_dealer::detach(const detach_loader& m) {
  if (loader_link* link = find(m.loader, m.life)) {
    for (auto t = link->outstanding.rbegin(); t != link->outstanding.rend(); ++t) {
      waiting_.push_front(std::move(t->second));
    }
    loaders_.erase(m.loader);
  }
}

bool range_dealer::idle() const {
  return waiting_.empty() && std::all_of(loaders_.begin(), loaders_.end(),
                                         [](const auto& entry) { return entry.second.outstanding.empty(); });
}

}  // namespace ingest::actors
