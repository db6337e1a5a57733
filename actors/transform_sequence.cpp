#include "actors/transform_sequence.hpp"

#include <utility>

namespace ingest::actors {

std::optional<batch> apply_transforms(const transform_list& transforms, std::size_t first, batch input) {
  std::optional<batch> at(std::move(input));
  for (std::size_t i = first; at && i < transforms.size(); ++i) {
    at = transforms[i]->apply(std::move(*at));
  }
  return at;
}

transform_sequence::transform_sequence(const transform_list& transforms, hand_out work, give_out output)
    : work_(std::move(work)), output_(std::move(output)) {
  for (const auto& t : transforms) {
    if (sections_.empty() || sections_.back().parallel != t->parallel()) {
      sections_.emplace_back().parallel = t->parallel();
    }
    sections_.back().transforms->push_back(t);
  }
}

void transform_sequence::enter(std::size_t index, transform_item item) {
  if (index == sections_.size()) {
    output_(std::move(item));
  } else if (sections_[index].parallel) {
    enter_parallel(index, std::move(item));
  } else {
    enter_serial(index, std::move(item));
  }
}

void transform_sequence::enter_serial(std::size_t index, transform_item item) {
  if (item.end) {
    finish(index, std::move(item));
    return;
  }
  if (item.content) {
    // Nothing came out: dropped, or held back. A position behind it would lose what is held back.
    item.content = apply_transforms(*sections_[index].transforms, 0, std::move(*item.content));
  }
  // Nor is a position worth anything that an earlier section knew, while this one may hold back bytes from before.
  if (!item.content) {
    item.position.clear();
  }
  enter(index + 1, std::move(item));
}

void transform_sequence::enter_parallel(std::size_t index, transform_item item) {
  section& s = sections_[index];
  const std::uint64_t ticket = s.arrived++;
  if (!item.content) {
    s.waiting[ticket] = {std::move(item), true};
    release(index);
    return;
  }
  transform_task task{s.transforms, std::move(*item.content), index, ticket};
  item.content.reset();
  item.position = task.input.position;
  s.waiting[ticket] = {std::move(item), false};
  work_(std::move(task));
}

void transform_sequence::complete(std::size_t index, std::uint64_t ticket, std::optional<batch> output) {
  section& s = sections_[index];
  waiting_item& done = s.waiting.at(ticket);
  done.item.content = std::move(output);
  done.complete = true;
  release(index);
}

void transform_sequence::release(std::size_t index) {
  section& s = sections_[index];
  while (!s.waiting.empty() && s.waiting.begin()->first == s.released && s.waiting.begin()->second.complete) {
    transform_item item = std::move(s.waiting.begin()->second.item);
    s.waiting.erase(s.waiting.begin());
    ++s.released;
    if (item.end) {
      finish(index, std::move(item));
    } else {
      enter(index + 1, std::move(item));
    }
  }
}

void transform_sequence::finish(std::size_t index, transform_item end) {
  const transform_list& transforms = *sections_[index].transforms;
  for (std::size_t i = 0; i < transforms.size(); ++i) {
    if (auto held_back = transforms[i]->finish()) {
      if (auto rest = apply_transforms(transforms, i + 1, std::move(*held_back))) {
        transform_item item;
        item.content = std::move(rest);
        enter(index + 1, std::move(item));
      }
    }
  }
  enter(index + 1, std::move(end));
}

}  // namespace ingest::actors
