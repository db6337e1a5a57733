#include "rest/streams/stream_slices.hpp"

#include <iterator>
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
                             stream_progress progress, std::shared_ptr<const parent_watermarks> parents)
    : router_(std::move(router)),
      cursor_(std::move(cursor)),
      progress_(std::move(progress)),
      parents_(std::move(parents)) {}

std::optional<planned_slice> stream_slices::next(const std::stop_token& stop) {
  while (!window_) {
    throw_if_stopped(stop);
    if (!next_partition(stop)) {
      return parents_ ? next_of_parents() : std::nullopt;
    }
  }
  value window = *std::exchange(window_, windows_ ? windows_->next() : std::nullopt);
  while (window_ && *window_ == window) {
    window_ = windows_->next();  // a format may show less than the step: the same time again
  }
  has_slices_ = true;
  return planned_slice{{current_, std::move(window)}, watermark_, !window_};
}

std::optional<planned_slice> stream_slices::next_of_parents() {
  const auto& reached = parents_->reached();
  if (parents_told_ == reached.size()) {
    return std::nullopt;
  }
  const auto& [parent, watermark] = *std::next(reached.begin(), static_cast<std::ptrdiff_t>(parents_told_++));
  planned_slice told;
  told.slice.part.values = value::dict_of({{"_ingest_parent", value::text_of(parent)}});
  told.of_parent = {parent, watermark};
  return told;
}

bool stream_slices::next_partition(const std::stop_token& stop) {
  if (!std::exchange(begun_, true)) {
    router_->begin();
  }
  if (!pending_ && !find_partition(stop)) {
    return false;
  }
  if (pending_) {
    begin_windows(*pending_, stop);
    pending_.reset();
  }
  return true;
}

/// One that was there before is passed by.
bool stream_slices::find_partition(const std::stop_token& stop) {
  auto found = router_->next(stop);
  if (!found) {
    return false;
  }
  const std::string key = found->key();
  const bool is_new = known_.add(key);
  // Parents may have several records of one key. With other extra fields they may lead to other requests.
  const bool has_extra = extra_fields_matter_ && !found->extra_fields.members().empty();
  const bool differs = has_extra && known_.add(key + "\n" + canonical_json(found->extra_fields));
  if (!is_new && !differs) {
    return true;
  }
  if (!is_new) {
    refuse_other_extra_fields(key);
  }
  pending_ = std::move(found);
  return true;
}

void stream_slices::begin_windows(const partition& of, const std::stop_token& stop) {
  current_ = of;
  has_partitions_ = true;
  if (!cursor_) {
    window_ = value::dict_of({});
    return;
  }
  watermark_ = progress_.watermark ? progress_.watermark(of.key(), stop) : std::nullopt;
  goes_on_ = goes_on_ || watermark_;
  windows_ = cursor_->windows(watermark_);
  window_ = windows_->next();
}

}  // namespace ingest::rest
