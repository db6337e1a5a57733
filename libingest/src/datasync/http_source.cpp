#include "ingest/http_source.hpp"

#include "datasync/http_api.hpp"
#include "datasync/http_position.hpp"
#include "datasync/page_reader.hpp"

namespace ingest {

namespace {

class http_source final : public source {
 public:
  http_source(std::shared_ptr<http_api> api, slice_id slice, time_window window)
      : api_(std::move(api)), slice_(slice), window_(window) {}

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    detail::page_reader::task t{.slice = slice_, .window = window_, .limit = api_->context().options.batch_size};
    if (position) {
      t.from = detail::parse_http_position(*position);
      // Older versions did not say which endpoint they had read: most likely the one that is tried first.
      t.from.stream = t.from.stream.value_or(api_->context().options.endpoint != http_endpoint::standard);
    }
    pages_.emplace(api_, std::move(t), std::move(stop));
    done_ = false;
  }

  std::optional<batch> read() override {
    while (!done_) {
      auto rows = api_->payloads().take();
      rows->clear();
      const parsed_page page = pages_->next(*rows);
      done_ = !page.has_more;
      if (page.rows != 0 || done_) {
        return to_batch(page, std::move(rows));
      }
    }
    return std::nullopt;
  }

  void close() noexcept override { pages_.reset(); }

 private:
  batch to_batch(const parsed_page& page, std::shared_ptr<const std::string> rows) const {
    batch b;
    b.data = std::move(rows);
    b.records = page.rows;
    b.position = detail::to_text(pages_->position());
    b.last = !page.has_more;
    return b;
  }

  std::shared_ptr<http_api> api_;
  slice_id slice_;
  time_window window_;
  std::optional<detail::page_reader> pages_;  // between open() and close()
  bool done_ = false;
};

/// The window of a slice. Where it follows another one, it begins a millisecond earlier: for some APIs `since` is
/// excluded, and an event of that very millisecond would be in neither. Where it is included, the event comes twice,
/// and its key decides.
time_window window_of(const std::vector<time_window>& windows, std::size_t slice) {
  if (windows.empty()) {
    return {};
  }
  time_window w = windows[slice];
  if (slice > 0 && w.since_ms && w.since_ms == windows[slice - 1].until_ms) {
    --*w.since_ms;  // not the least number there is: the window before it is not empty
  }
  return w;
}

}  // namespace

std::unique_ptr<source> make_http_source(std::shared_ptr<http_api> api, slice_id slice) {
  const auto& windows = api->context().options.windows;
  if (slice.number() >= std::max<std::size_t>(windows.size(), 1)) {
    throw error(errc::config, to_string(slice) + " has no time window");
  }
  const time_window window = window_of(windows, slice.number());
  return std::make_unique<http_source>(std::move(api), slice, window);
}

std::optional<std::uint64_t> total_in(std::string_view position) {
  if (!position.starts_with('{')) {
    return std::nullopt;
  }
  const auto total = detail::parse_http_position(position).total;
  return total ? std::optional(static_cast<std::uint64_t>(*total)) : std::nullopt;
}

}  // namespace ingest
