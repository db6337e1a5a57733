#include "rest/streams/stream_slices.hpp"

#include <utility>

#include "ingest/error.hpp"
#include "ingest/stop.hpp"
#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

namespace {

/// A slice is called by the values of its partition.
[[noreturn]] void refuse_other_extra_fields(const std::string& key) {
  throw error(errc::bad_data,
              "two records of the parent have the key " + key.substr(0, 200) +
                  " and other `extra_fields`, so that which of them are meant is not said by the key: take what does "
                  "not tell them apart out of `extra_fields`, or choose a `parent_key` that does");
}

}  // namespace

stream_slices::stream_slices(std::shared_ptr<partition_router> router, std::shared_ptr<const cursor> cursor,
                             stream_progress progress)
    : router_(std::move(router)), cursor_(std::move(cursor)), progress_(std::move(progress)) {}

std::optional<planned_slice> stream_slices::next(const std::stop_token& stop) {
  while (!window_) {
    throw_if_stopped(stop);
    if (!next_partition(stop)) {
      return std::nullopt;
    }
  }
  value window = *std::exchange(window_, windows_ ? windows_->next() : std::nullopt);
  while (window_ && *window_ == window) {
    window_ = windows_->next();  // a format may show less than the step: the same time again
  }
  return planned_slice{{current_, std::move(window)}, watermark_, !window_};
}

bool stream_slices::next_partition(const std::stop_token& stop) {
  if (!std::exchange(begun_, true)) {
    router_->begin();
  }
  auto found = router_->next(stop);
  if (!found) {
    return false;
  }
  const std::string key = found->key();
  const bool is_new = known_.add(key);
  // Parents may have several records of one key. With other extra fields they may lead to other requests.
  const bool has_extra = !found->extra_fields.members().empty();
  const bool differs = has_extra && known_.add(key + "\n" + canonical_json(found->extra_fields));
  if (!is_new && !differs) {
    return true;
  }
  if (!is_new) {
    refuse_other_extra_fields(key);
  }
  current_ = std::move(*found);
  begin_windows(key, stop);
  return true;
}

void stream_slices::begin_windows(const std::string& key, const std::stop_token& stop) {
  if (!cursor_) {
    window_ = value::dict_of({});
    return;
  }
  watermark_ = progress_.watermark ? progress_.watermark(key, stop) : std::nullopt;
  windows_ = cursor_->windows(watermark_);
  window_ = windows_->next();
}

}  // namespace ingest::rest
