#include "demo_api/event_store.hpp"

namespace demo_api {

std::size_t event_store::count_since(timestamp_ms time) const {
  std::size_t low = 0;
  std::size_t high = size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (timestamp(middle) >= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::size_t event_store::position_after(timestamp_ms time, std::string_view wanted) const {
  const std::size_t first = count_since(time + 1);
  for (std::size_t i = first; i < size() && timestamp(i) == time; ++i) {
    if (key(i) == wanted) {
      return i + 1;
    }
  }
  return first;
}

}  // namespace demo_api
