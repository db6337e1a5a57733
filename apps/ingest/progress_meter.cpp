#include "progress_meter.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace ingest::app {

namespace {

double rate(std::uint64_t before, std::uint64_t now, std::chrono::milliseconds time) {
  return time.count() <= 0 || now <= before
             ? 0
             : static_cast<double>(now - before) * 1000 / static_cast<double>(time.count());
}

/// Three digits and a unit: 1.23 M.
std::string short_number(double n) {
  constexpr const char* units[] = {"", " k", " M", " G", " T"};
  std::size_t unit = 0;
  while (n >= 999.5 && unit + 1 < std::size(units)) {
    n /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text,
                unit == 0 || n >= 99.95 ? "%.0f%s"
                : n >= 9.995            ? "%.1f%s"
                                        : "%.2f%s",
                n, units[unit]);
  return text;
}

std::string short_number(std::uint64_t n) {
  return short_number(static_cast<double>(n));
}

std::string clock_text(std::chrono::seconds s) {
  char text[32];
  const long long seconds = s.count();
  if (seconds >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", seconds / 60, seconds % 60);
  }
  return text;
}

}  // namespace

progress_sample sample_of(const metrics& m) {
  progress_sample s;
  s.elapsed = std::chrono::milliseconds(m.elapsed_us() / 1000);
  s.rows_fetched = m.rows_fetched;
  s.rows_durable = m.rows_durable;
  s.rows_loaded = m.rows_loaded;
  s.rows_skipped = m.duplicates_skipped + m.rows_rejected;
  s.total_expected = m.total_expected;
  for (const metrics::metric* each : m.all()) {
    s.retries += each->definition.line == metric_line::retries ? each->load() : 0;
  }
  s.restarts = m.restarts;
  return s;
}

progress_meter::progress_meter(goal g, std::uint64_t rows_before, std::chrono::milliseconds window)
    : goal_(g), rows_before_(rows_before), window_(window) {}

progress_figures progress_meter::update(const progress_sample& s) {
  // The oldest sample kept is the last one that is a whole window old: rates cover the window, not less.
  while (samples_.size() > 1 && samples_[1].elapsed + window_ <= s.elapsed) {
    samples_.pop_front();
  }
  const progress_sample before = samples_.empty() ? progress_sample{} : samples_.front();
  samples_.push_back(s);

  progress_figures f;
  f.now = s;
  const auto time = s.elapsed - before.elapsed;
  f.fetch_rate = rate(before.rows_fetched, s.rows_fetched, time);
  f.durable_rate = rate(before.rows_durable, s.rows_durable, time);
  f.load_rate = rate(before.rows_loaded, s.rows_loaded, time);
  if (s.total_expected == 0) {
    return f;
  }
  const bool loads = goal_ == goal::loaded;
  const std::uint64_t done = rows_before_ + (loads ? s.rows_loaded + s.rows_skipped : s.rows_durable);
  f.percent = std::min(100.0, 100.0 * static_cast<double>(done) / static_cast<double>(s.total_expected));
  const double speed =
      loads ? rate(before.rows_loaded + before.rows_skipped, s.rows_loaded + s.rows_skipped, time) : f.durable_rate;
  const std::uint64_t rest = done < s.total_expected ? s.total_expected - done : 0;
  if (speed > 0 || rest == 0) {
    f.left = std::chrono::seconds(rest == 0 ? 0 : static_cast<long long>(std::ceil(static_cast<double>(rest) / speed)));
  }
  return f;
}

std::string progress_line(const progress_figures& f, std::size_t width) {
  std::string line;
  if (f.percent) {
    char percent[16];
    std::snprintf(percent, sizeof percent, "%3.0f %%  ", std::floor(*f.percent));
    line = percent;
  }
  line += "fetched " + short_number(f.now.rows_fetched) + " (" + short_number(f.fetch_rate) + "/s)";
  line += "  durable " + short_number(f.now.rows_durable);
  line += "  loaded " + short_number(f.now.rows_loaded) + " (" + short_number(f.load_rate) + "/s)";
  if (f.left) {
    line += "  left " + clock_text(*f.left);
  }
  if (f.now.retries > 0) {
    line += "  retries " + short_number(f.now.retries);
  }
  if (f.now.restarts > 0) {
    line += "  restarts " + short_number(f.now.restarts);
  }
  return line.substr(0, width);
}

}  // namespace ingest::app
