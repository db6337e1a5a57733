#include "simulation/schedule.hpp"

#include <algorithm>

namespace ingest::testing {

namespace {

constexpr std::array<std::string_view, fault_kinds> names = {
    "a stage is killed",      "the process is killed",   "the power fails",   "a stop is asked for",
    "a sync fails",           "a file operation fails",  "the disk is full",  "the connection is lost",
    "the database restarts",  "the database is away",    "a statement fails", "the process stands still",
    "a rival process starts", "the job is started over", "the API fails",     "the cursor has expired",
};

constexpr std::array<std::uint64_t, 4> rarities = {15, 40, 100, schedule::rarest};
constexpr unsigned most_faults = 14;

}  // namespace

std::string_view name_of(fault f) {
  return names.at(static_cast<std::size_t>(f));
}

schedule::schedule(std::uint64_t seed) : seed_(seed), random_(seed) {
  // Worlds with all faults at once hide those that need many steps without others in between.
  for (bool& enabled : enabled_) {
    enabled = one_in(2);
  }
  rarity_ = rarities.at(draw(rarities.size()));
  left_ = static_cast<unsigned>(draw(most_faults + 1));
}

bool schedule::occurs(fault f, std::string_view where, std::uint64_t rarity) {
  const auto kind = static_cast<std::size_t>(f);
  if (left_ == 0 || !enabled_.at(kind) || !one_in(std::min(rarity, rarity_))) {
    return false;
  }
  --left_;
  ++happened_.at(kind);
  note("fault", std::string(name_of(f)) + ": " + std::string(where));
  return true;
}

void schedule::note(std::string_view who, std::string_view what) {
  std::string line(who);
  line += "  ";
  line += what;
  events_.push_back(std::move(line));
}

void schedule::violate(const std::string& what) {
  note("VIOLATION", what);
  if (violation_.empty()) {
    violation_ = what;
  }
}

std::string schedule::text() const {
  std::string all;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    all += std::to_string(i + 1) + "  " + events_[i] + "\n";
  }
  return all;
}

}  // namespace ingest::testing
