#include "actors/children.hpp"

#include <algorithm>

namespace ingest::actors {

children::child& children::begin(stage_id stage) {
  child& c = all_[stage];
  c = child{};
  c.life = ++last_life_;
  c.alive = true;
  return c;
}

void children::end(child& c) {
  c.alive = false;
  c.handle = stoppable();
}

children::child* children::find(stage_id stage) {
  const auto found = all_.find(stage);
  return found == all_.end() ? nullptr : &found->second;
}

children::child* children::find(stage_id stage, life_number life) {
  child* c = find(stage);
  return c != nullptr && c->life == life ? c : nullptr;
}

bool children::any_alive() const {
  return count_alive() > 0;
}

bool children::any_alive(stage_kind kind) const {
  return count_alive(kind) > 0;
}

std::size_t children::count_alive() const {
  return static_cast<std::size_t>(
      std::count_if(all_.begin(), all_.end(), [](const auto& entry) { return entry.second.alive; }));
}

std::size_t children::count_alive(stage_kind kind) const {
  return static_cast<std::size_t>(std::count_if(
      all_.begin(), all_.end(), [&](const auto& entry) { return entry.first.kind == kind && entry.second.alive; }));
}

bool children::all_done(stage_kind kind) const {
  return std::all_of(all_.begin(), all_.end(), [&](const auto& entry) {
    return entry.first.kind != kind || (entry.second.done && !entry.second.alive);
  });
}

void children::interrupt_all() {
  for (auto& [id, c] : all_) {
    c.stop.request_stop();
  }
}

void children::interrupt(stage_kind kind) {
  for (auto& [id, c] : all_) {
    if (id.kind == kind) {
      c.stop.request_stop();
    }
  }
}

void children::tell_to_stop(stage_kind kind, const std::optional<error>& why) {
  for (auto& [id, c] : all_) {
    if (id.kind == kind) {
      tell(c, why);
    }
  }
}

void children::forget_what_was_told() {
  for (auto& [id, c] : all_) {
    c.told = false;
  }
}

void children::tell(child& c, const std::optional<error>& why) {
  if (c.alive && !std::exchange(c.told, true)) {
    post(c.handle, stop_stage{why});
  }
}

}  // namespace ingest::actors
