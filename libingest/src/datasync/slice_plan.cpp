#include "datasync/slice_plan.hpp"

#include <algorithm>
#include <charconv>
#include <future>

#include "datasync/event_density.hpp"
#include "datasync/http_api.hpp"
#include "datasync/page_reader.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest {

namespace {

using detail::sighting;

constexpr std::size_t stretches = 16;  // that are looked at
constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t one_ms = 1;
constexpr int most_steps = 24;

// Where a search into the past gives up: the year 1900.
constexpr std::int64_t earliest_ms = -2'208'988'800'000;

/// A window's events lie outside of it.
struct windows_ignored {};

/// Looks at the events of time windows. Throws windows_ignored besides what source::read() throws.
class explorer {
 public:
  explorer(std::shared_ptr<http_api> api, time_window whole, std::stop_token stop)
      : api_(std::move(api)), whole_(whole), stop_(std::move(stop)) {}

  const time_window& whole() const { return whole_; }

  sighting look(const time_window& window) const {
    const parsed_page page = detail::look(api_, window, stop_);
    if (window.until_ms && page.first_timestamp_ms >= window.until_ms) {
      throw windows_ignored{};
    }
    return {page.rows, page.has_more, page.first_timestamp_ms, page.last_timestamp_ms, page.total};
  }

  sighting look_before(std::int64_t until_ms) const { return look({whole_.since_ms, until_ms}); }

  /// The stretches between two times, `at_once` of them at a time.
  std::vector<sighting> look_between(std::int64_t begin_ms, std::int64_t end_ms, std::size_t at_once) const {
    const auto length = static_cast<std::uint64_t>(end_ms - begin_ms);
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(stretches, length));
    std::vector<sighting> seen;
    while (seen.size() < n) {
      std::vector<std::future<sighting>> looks;
      for (std::size_t i = seen.size(); i < std::min(n, seen.size() + at_once); ++i) {
        const time_window w{detail::stretch_begin(begin_ms, end_ms, i, n),
                            detail::stretch_begin(begin_ms, end_ms, i + 1, n)};
        looks.push_back(std::async(std::launch::async, [this, w] { return look(w); }));
      }
      for (auto& l : looks) {
        seen.push_back(l.get());
      }
    }
    return seen;
  }

 private:
  std::shared_ptr<http_api> api_;
  time_window whole_;
  std::stop_token stop_;
};

/// Closes in on the time of the oldest event.
class search_for_oldest {
 public:
  search_for_oldest(const explorer& events, const sighting& first)
      : events_(events), newest_(*first.newest_ms), known_(*first.oldest_ms) {
    const auto spread = newest_ - known_;
    // As long as the events seem to last, by the rate of the newest ones.
    const double guess =
        static_cast<double>(spread) * static_cast<double>(first.total.value_or(0)) / static_cast<double>(first.rows);
    step_ = guess >= 1 && guess < 1e12 ? static_cast<std::int64_t>(guess) : hour_ms;
  }

  /// A time before which there are no events, not much earlier than the oldest: a quarter of the time between it and
  /// the newest event may be empty, which the stretches will show. No such time if all events are of one moment.
  std::optional<std::int64_t> run() {
    if (known_ == newest_ && !look(newest_)) {
      return std::nullopt;
    }
    if (events_.whole().since_ms) {
      empty_before_ = *events_.whole().since_ms;
    } else {
      stride_back();
    }
    for (int i = 0; i < most_steps && known_ - empty_before_ > std::max((newest_ - empty_before_) / 4, one_ms); ++i) {
      const std::int64_t middle = empty_before_ + (known_ - empty_before_) / 2;
      if (!look(middle)) {
        empty_before_ = middle;
      }
    }
    return empty_before_;
  }

 private:
  void stride_back() {
    empty_before_ = earliest_ms;
    for (int i = 0; i < most_steps && known_ > earliest_ms && empty_before_ < known_; ++i) {
      const std::int64_t until = std::max(earliest_ms, std::min(newest_ - step_, known_));
      if (!look(until)) {
        empty_before_ = until;
        return;
      }
      step_ = std::max(step_, newest_ - known_) * 4;
    }
  }

  /// Whether there are events before that time.
  bool look(std::int64_t until_ms) {
    const sighting s = events_.look_before(until_ms);
    if (s.rows == 0 || !s.oldest_ms) {
      return false;
    }
    known_ = std::min(known_, *s.oldest_ms);
    if (!s.has_more) {
      empty_before_ = known_;
    }
    return true;
  }

  const explorer& events_;
  std::int64_t newest_;
  std::int64_t known_;  // an event's time
  std::int64_t empty_before_ = earliest_ms;
  std::int64_t step_ = hour_ms;
};

/// As many windows as keep all readers busy to the end, but none that is shorter than it is worth.
std::size_t count_of_windows(double events, std::size_t batch_size, const slice_plan_options& options) {
  constexpr double least_pages = 8;
  const double pages = events / static_cast<double>(batch_size);
  const auto readers = static_cast<double>(std::max<std::size_t>(options.readers, 1));
  const double per_reader =
      std::clamp(std::floor(pages / least_pages / readers), 1.0, static_cast<double>(options.windows_per_reader));
  return static_cast<std::size_t>(std::max(1.0, std::min(std::ceil(pages), readers * per_reader)));
}

std::vector<time_window> divide(const time_window& whole, const std::vector<std::int64_t>& edges) {
  std::vector<time_window> windows;
  auto since = whole.since_ms;
  for (const std::int64_t edge : edges) {
    windows.push_back({since, edge});
    since = edge;
  }
  windows.push_back({since, whole.until_ms});
  return windows;
}

std::vector<time_window> one_slice(const time_window& whole, const char* why) {
  log::info(events::slices_planned, std::string("reading in a single slice: ") + why, {{"slices", 1}});
  return {whole};
}

std::vector<time_window> divide_by_density(const explorer& events, std::size_t batch_size,
                                           const slice_plan_options& options) {
  const time_window whole = events.whole();
  const sighting first = events.look(whole);
  if (!first.has_more) {
    return one_slice(whole, "there are few events");
  }
  if (!first.newest_ms || !first.oldest_ms || *first.oldest_ms > *first.newest_ms) {
    return one_slice(whole, "the events' times cannot be read, or are in no order: check `timestamp_pointer`");
  }
  const auto begin = search_for_oldest(events, first).run();
  const std::int64_t end = *first.newest_ms + 1;
  if (!begin || *begin >= end) {
    return one_slice(whole, "all events are of one moment");
  }
  const auto seen = events.look_between(*begin, end, std::max<std::size_t>(options.readers, 1));
  const auto stretches_found = detail::densities(*begin, end, seen, first.total);
  double count = 0;
  for (const auto& stretch : stretches_found) {
    count += stretch.events;
  }
  if (first.total) {
    const auto total = static_cast<double>(*first.total);
    count = whole == time_window{} ? total : std::min(count, total);
  }
  auto windows = divide(whole, detail::even_edges(stretches_found, count_of_windows(count, batch_size, options)));
  log::info(events::slices_planned, "the events are divided by time",
            {{"slices", windows.size()},
             {"oldest_ms", *begin},
             {"newest_ms", *first.newest_ms},
             {"events", static_cast<std::uint64_t>(count)}});
  return windows;
}

}  // namespace

std::vector<time_window> plan_slices(const http_source_options& source, const slice_plan_options& options,
                                     metrics& counters, std::stop_token stop, timing time) {
  const time_window whole = source.windows.empty() ? time_window{} : source.windows.front();
  const auto api = make_http_api(source, counters, std::move(time));
  if (!api->knows_windows(stop)) {
    return one_slice(whole, "the standard endpoint knows no time windows");
  }
  try {
    return divide_by_density(explorer(api, whole, stop), source.batch_size, options);
  } catch (const windows_ignored&) {
    return one_slice(whole, "the API ignores time windows");
  }
}

std::string edges_text(const std::vector<time_window>& windows) {
  if (windows.size() < 2) {
    return "none";
  }
  std::string text;
  std::int64_t before = 0;
  for (std::size_t i = 1; i < windows.size(); ++i) {
    const std::int64_t edge = windows[i].since_ms.value();
    text += (i == 1 ? "" : "+") + std::to_string(edge - before);
    before = edge;
  }
  return text;
}

std::vector<time_window> divide_at(const time_window& whole, std::string_view edges) {
  const error damaged(errc::bad_data, "the edges of the time windows, \"" + std::string(edges) +
                                          "\", were not written by this program, or are damaged");
  std::vector<std::int64_t> times;
  std::int64_t edge = 0;
  const char* p = edges.data();
  const char* const end = p + edges.size();
  while (edges != "none") {
    std::int64_t distance = 0;
    const auto [stop, problem] = std::from_chars(p, end, distance);
    const auto last = times.empty() ? whole.since_ms : std::optional(edge);
    if (problem != std::errc() || __builtin_add_overflow(edge, distance, &edge) || (last && edge <= *last) ||
        (whole.until_ms && edge >= *whole.until_ms)) {
      throw damaged;
    }
    times.push_back(edge);
    if (stop == end) {
      break;
    }
    if (*stop != '+') {
      throw damaged;
    }
    p = stop + 1;
  }
  return divide(whole, times);
}

}  // namespace ingest
