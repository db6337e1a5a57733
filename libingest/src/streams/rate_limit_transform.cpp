#include "ingest/transforms/rate_limit_transform.hpp"

#include <algorithm>
#include <utility>

namespace ingest {

namespace {

using seconds = std::chrono::duration<double>;

/// How long `amount` takes at `rate`; no time where there is no rate.
seconds time_for(std::uint64_t amount, const std::optional<double>& rate) {
  return seconds(rate ? static_cast<double>(amount) / *rate : 0.0);
}

}  // namespace

rate_limit_transform::rate_limit_transform(options o) : options_(std::move(o)) {
  for (const auto& rate : {options_.bytes_per_second, options_.records_per_second}) {
    if (rate && !(*rate > 0)) {
      throw error(errc::config, "a rate limit must be greater than 0; leave it out if none is wanted");
    }
  }
}

std::optional<batch> rate_limit_transform::apply(batch input) {
  const auto now = options_.time.now();
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(paid_until_ - now);
  if (wait > std::chrono::milliseconds(0) && !options_.time.wait(wait, stop_)) {
    throw error(errc::cancelled, "stopped while waiting for the rate limit");
  }
  const auto price = std::max(time_for(input.bytes().size(), options_.bytes_per_second),
                              time_for(input.records, options_.records_per_second));
  paid_until_ = std::max(paid_until_, now) + std::chrono::duration_cast<timing::clock::duration>(price);
  return input;
}

}  // namespace ingest
