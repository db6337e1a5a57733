#include "postgres/postgres_outage.hpp"

#include <algorithm>

#include "ingest/event_names.hpp"
#include "ingest/log.hpp"

namespace ingest::detail {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_wait{100};
constexpr milliseconds longest_wait{5000};
constexpr std::chrono::seconds between_log_lines{10};

std::string seconds_of(std::chrono::steady_clock::duration d) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(d).count()) + " s";
}

}  // namespace

void outage_log::connected() {
  const std::lock_guard lock(mutex_);
  if (!away_) {
    log::info(events::database_connected, "connected to " + shown_);
  }
}

void outage_log::unavailable(const error& why) {
  const std::lock_guard lock(mutex_);
  const auto now = clock::now();
  if (!away_) {
    away_ = true;
    since_ = now;
  } else if (now - last_line_ < between_log_lines) {
    return;
  }
  last_line_ = now;
  log::warning(events::database_unavailable, std::string("trying again: ") + why.what(),
               {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(now - since_).count()}});
}

void outage_log::recovered() {
  const std::lock_guard lock(mutex_);
  if (away_) {
    away_ = false;
    log::info(events::database_connected, shown_ + " is back after " + seconds_of(clock::now() - since_));
  }
}

void retry_schedule::wait_after(const database_error& e, bool in_doubt) {
  if (e.fault() != database_fault::outage && e.fault() != database_fault::contention) {
    throw error(e);
  }
  throw_if_stopped(stop_);
  const auto now = clock::now();
  began_ = failures_++ == 0 ? now : began_;
  log_.unavailable(e);
  const milliseconds cap = std::min(longest_wait, first_wait * (1 << std::min(failures_ - 1, 6U)));
  const auto left = std::chrono::ceil<milliseconds>(began_ + options_.outage_deadline - now);
  if (left <= milliseconds(0)) {
    const std::string what = e.fault() == database_fault::outage ? " gave no answer for " : " was busy for ";
    const error over(errc::unavailable, "the database " + shown_ + what + seconds_of(now - began_) + ": " + e.what(),
                     false);
    throw in_doubt ? over.as_in_doubt() : over;
  }
  const milliseconds wait{std::uniform_int_distribution<milliseconds::rep>(1, cap.count())(random_)};
  options_.counters->load_retries.fetch_add(1, std::memory_order_relaxed);
  if (!options_.time.wait(std::min(wait, left), stop_)) {
    throw_if_stopped(stop_);
  }
}

void retry_schedule::succeeded() {
  failures_ = 0;
  log_.recovered();
}

}  // namespace ingest::detail
