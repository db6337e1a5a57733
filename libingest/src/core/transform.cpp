#include "ingest/transform.hpp"

#include <utility>

#include "ingest/stop.hpp"

namespace ingest {

void transform_chain::open(std::stop_token stop) {
  stop_ = std::move(stop);
  for (const auto& t : transforms_) {
    t->open(stop_);
  }
}

void transform_chain::apply(batch input, const receiver& receive) {
  apply_from(0, std::move(input), receive);
}

void transform_chain::finish(const receiver& receive) {
  for (std::size_t i = 0; i < transforms_.size(); ++i) {
    auto held_back = transforms_[i]->finish();
    throw_if_stopped(stop_);
    if (held_back) {
      apply_from(i + 1, std::move(*held_back), receive);
    }
  }
}

void transform_chain::apply_from(std::size_t first, batch input, const receiver& receive) {
  for (std::size_t i = first; i < transforms_.size(); ++i) {
    auto output = transforms_[i]->apply(std::move(input));
    throw_if_stopped(stop_);
    if (!output) {
      return;
    }
    input = std::move(*output);
  }
  receive(std::move(input));
}

}  // namespace ingest
