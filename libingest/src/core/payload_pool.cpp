#include "core/payload_pool.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace ingest {

struct payload_pool::shelf {
  std::mutex mutex;
  std::vector<std::unique_ptr<std::string>> spare;
  std::size_t capacity = 0;
  std::size_t most_bytes = 0;
};

payload_pool::payload_pool(std::size_t spare, std::size_t most_bytes) : shelf_(std::make_shared<shelf>()) {
  shelf_->capacity = spare;
  shelf_->most_bytes = most_bytes;
  shelf_->spare.reserve(spare);  // so that putting back allocates nothing and cannot throw
}

std::shared_ptr<std::string> payload_pool::take() {
  std::unique_ptr<std::string> payload;
  {
    const std::lock_guard lock(shelf_->mutex);
    if (!shelf_->spare.empty()) {
      payload = std::move(shelf_->spare.back());
      shelf_->spare.pop_back();
    }
  }
  if (!payload) {
    payload = std::make_unique<std::string>();
  }
  const auto put_back = [shelf = shelf_](std::string* used) {
    std::unique_ptr<std::string> owned(used);
    const std::lock_guard lock(shelf->mutex);
    if (shelf->spare.size() < shelf->capacity && owned->capacity() <= shelf->most_bytes) {
      shelf->spare.push_back(std::move(owned));
    }
  };
  return {payload.release(), put_back};
}

}  // namespace ingest
