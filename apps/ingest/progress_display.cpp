#include "progress_display.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include "histogram_text.hpp"
#include "ingest/log.hpp"
#include "ingest/stop.hpp"
#include "log/event_names.hpp"

namespace ingest::app {

namespace {

constexpr auto refresh_interval = std::chrono::milliseconds(200);

/// Columns that a line may use without being wrapped.
std::size_t usable_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79u;
}

}  // namespace

progress_display::progress_display(std::shared_ptr<const metrics> m, options o)
    : metrics_(std::move(m)), options_(o), meter_(o.goal, o.rows_before), thread_([this](std::stop_token stop) {
        options_.terminal ? show(std::move(stop)) : log_progress(std::move(stop));
      }) {}

progress_display::~progress_display() {
  thread_.request_stop();
  thread_.join();
}

void progress_display::show(std::stop_token stop) {
  do {
    log::show_status_line(progress_line(meter_.update(sample_of(*metrics_)), usable_columns()));
  } while (wait_for(refresh_interval, stop));
  log::show_status_line("");
}

void progress_display::log_progress(std::stop_token stop) {
  while (wait_for(options_.interval, stop)) {
    const progress_figures f = meter_.update(sample_of(*metrics_));
    std::vector<log::field> fields{{"fetch_rows_per_s", f.fetch_rate},
                                   {"durable_rows_per_s", f.durable_rate},
                                   {"load_rows_per_s", f.load_rate},
                                   {"percent", f.percent.value_or(0)},
                                   {"seconds_left", f.left ? f.left->count() : -1},
                                   {"retries", f.now.retries}};
    for (const metrics::metric* m : metrics_->all()) {
      if (m->definition.kind != metric_kind::moment && m->definition.unit != metric_unit::microseconds) {
        fields.push_back({m->definition.name, m->load()});
      }
    }
    for (const metrics::histogram* h : metrics_->histograms()) {
      fields.push_back({h->name, text_of(*h)});
    }
    log::write(log::level::info, events::progress, progress_line(f, std::string::npos), fields);
  }
}

}  // namespace ingest::app
