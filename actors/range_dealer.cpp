#include "actors/range_dealer.hpp"

#include <algorithm>

namespace ingest::actors {

namespace {

/// Only descriptors travel, and a loader reads one range at a time: its bytes are all that it costs.
std::uint64_t cost_of(const range& r) {
  return std::max<std::uint64_t>(1, r.bytes());
}

}  // namespace

void range_dealer::attach(const loader_ready& m) {
  loader_link& link = loaders_[m.loader];
  link.ranges = m.ranges;
  link.credit.open(m.life, m.window);
}

range_dealer::loader_link* range_dealer::find(std::uint32_t loader, life_number life) {
  const auto link = loaders_.find(loader);
  return link == loaders_.end() || link->second.credit.life() != life ? nullptr : &link->second;
}

range_dealer::loader_link* range_dealer::freest_loader() {
  const auto freest = std::max_element(loaders_.begin(), loaders_.end(), [](const auto& a, const auto& b) {
    return a.second.credit.balance() < b.second.credit.balance();
  });
  return freest == loaders_.end() ? nullptr : &freest->second;
}

void range_dealer::deal() {
  while (next_ || (next_ = waiting_.take())) {
    loader_link* loader = freest_loader();
    if (loader == nullptr || !loader->credit.spend(cost_of(*next_))) {
      return;
    }
    post(loader->ranges, range_offer{loader->credit.life(), next_->first(), *next_, nullptr});
    loader->outstanding.push_back(std::move(*next_));
    next_.reset();
  }
}

void range_dealer::complete(const range_done& m) {
  loader_link* link = find(m.loader, m.life);
  if (link == nullptr) {
    return;
  }
  const auto done = std::find_if(link->outstanding.begin(), link->outstanding.end(),
                                 [&](const range& r) { return r.first() == m.number; });
  if (done != link->outstanding.end()) {
    link->credit.grant(m.life, cost_of(*done));
    link->outstanding.erase(done);
  }
}

void range_dealer::detach(const detach_loader& m) {
  if (loader_link* link = find(m.loader, m.life)) {
    for (auto r = link->outstanding.rbegin(); r != link->outstanding.rend(); ++r) {
      waiting_.give_back(std::move(*r));
    }
    loaders_.erase(m.loader);
  }
}

bool range_dealer::idle() const {
  return !next_ && waiting_.empty() && std::all_of(loaders_.begin(), loaders_.end(), [](const auto& entry) {
    return entry.second.outstanding.empty();
  });
}

}  // namespace ingest::actors
