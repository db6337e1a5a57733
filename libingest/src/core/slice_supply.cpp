#include "ingest/slice_supply.hpp"

#include <utility>

namespace ingest {

namespace {

class counted_supply final : public slice_supply {
 public:
  counted_supply(std::uint64_t count, std::map<slice_id, std::string> positions)
      : count_(count), positions_(std::move(positions)) {}

  std::optional<slice_task> next(std::stop_token) override {
    if (next_ == count_) {
      return std::nullopt;
    }
    slice_task task{slice_id(next_++), std::nullopt};
    if (const auto position = positions_.find(task.slice); position != positions_.end()) {
      task.position = position->second;
    }
    return task;
  }

 private:
  const std::uint64_t count_;
  const std::map<slice_id, std::string> positions_;
  std::uint64_t next_ = 0;
};

}  // namespace

slice_supply_factory counted_slices(std::uint64_t count, std::map<slice_id, std::string> positions) {
  return [count, positions = std::move(positions)] { return std::make_unique<counted_supply>(count, positions); };
}

}  // namespace ingest
