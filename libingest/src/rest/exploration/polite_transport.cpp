#include "rest/exploration/polite_transport.hpp"

#include <algorithm>

#include "http/rate_headers.hpp"
#include "http/retry_after.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

exchange polite_transport::send(const http_request& request, const std::string& asked, const std::stop_token& stop) {
  const std::lock_guard lock(mutex_);
  if (request.verb != http_request::method::get) {
    throw error(errc::config, asked + " is to be asked by GET alone: nothing of an API is changed to get to know it");
  }
  if (sent_ >= manners_.most_requests) {
    throw error(errc::config, asked + " has been asked " + std::to_string(sent_) +
                                  " times, as often as is polite, and what is to be known has not come");
  }
  wait(asked, stop);
  ++sent_;
  exchange got = to_->send(request, asked, stop);
  last_ = manners_.time.now();
  observe(got);
  return got;
}

void polite_transport::wait(const std::string& asked, const std::stop_token& stop) {
  if (!last_) {
    return;
  }
  const auto now = manners_.time.now();
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - *last_);
  const auto pause = std::max(manners_.between - since, limit_.delay(now));
  if (pause > manners_.longest_wait) {
    throw error(errc::unavailable, asked + " asks for a wait of " + std::to_string(pause.count() / 1000) +
                                       " seconds until its next request: try it again then");
  }
  if (pause.count() > 0 && !manners_.time.wait(pause, stop)) {
    throw error(errc::cancelled, "stopped while waiting between two requests");
  }
}

void polite_transport::observe(const exchange& got) {
  if (!got.given) {
    return;
  }
  const auto now = manners_.time.now();
  const auto date = manners_.time.wall();
  if (const auto asked = got.given->header("Retry-After")) {
    if (const auto wait = parse_retry_after(*asked, date)) {
      limit_.hold(*wait, now);
    }
  }
  const http_result headers{got.given->status(), got.given->fields(), {}, {}};
  if (const auto report = detail::rate_report_in(headers)) {
    limit_.observe(report->remaining, report->reset, now, date);
  }
}

std::size_t polite_transport::sent() const {
  const std::lock_guard lock(mutex_);
  return sent_;
}

std::size_t polite_transport::left() const {
  const std::lock_guard lock(mutex_);
  return manners_.most_requests - sent_;
}

}  // namespace ingest::rest
