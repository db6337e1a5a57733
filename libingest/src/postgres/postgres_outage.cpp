#include "postgres/postgres_outage.hpp"

#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::detail {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_wait{100};
constexpr milliseconds longest_wait{5000};
constexpr std::chrono::seconds between_log_lines{10};

std::string seconds_of(std::chrono::nanoseconds d) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(d).count()) + " s";
}

retry_options schedule_of(milliseconds deadline) {
  retry_options r;
  r.max_attempts = deadline == milliseconds(0) ? 1 : 0;
  r.deadline = deadline;
  r.first_delay = first_wait;
  r.max_delay = longest_wait;
  return r;
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

database_retries::database_retries(const postgres_options& o, std::string shown, outage_log& log, std::stop_token stop)
    : options_(o),
      shown_(std::move(shown)),
      log_(log),
      stop_(std::move(stop)),
      schedule_(schedule_of(o.outage_deadline)),
      room_(schedule_of(o.disk_deadline)) {}

void database_retries::wait_after(const database_error& e, bool in_doubt) {
  if (e.fault() != database_fault::outage && e.fault() != database_fault::contention) {
    throw error(e);
  }
  throw_if_stopped(stop_);
  const auto now = options_.time.now();
  began_ = schedule_.failures() == 0 ? now : began_;
  log_.unavailable(e);
  const auto wait = schedule_.next(now);
  if (!wait) {
    const std::string what = e.fault() == database_fault::outage ? " gave no answer for " : " was busy for ";
    const error over(errc::unavailable, "the database " + shown_ + what + seconds_of(now - began_) + ": " + e.what(),
                     false);
    throw in_doubt ? over.as_in_doubt() : over;
  }
  options_.counters->load_retries.fetch_add(1, std::memory_order_relaxed);
  if (!options_.time.wait(*wait, stop_)) {
    throw_if_stopped(stop_);
  }
}

void database_retries::wait_for_room(const error& e) {
  throw_if_stopped(stop_);
  const auto wait = room_.next(options_.time.now());
  if (!wait) {
    throw error(errc::no_space, std::string(e.what()) + ", and no space came free within the time allowed", false);
  }
  options_.counters->load_retries.fetch_add(1, std::memory_order_relaxed);
  log::warning(events::rejects_wait, std::string("waiting for space: ") + e.what());
  if (!options_.time.wait(*wait, stop_)) {
    throw_if_stopped(stop_);
  }
}

void database_retries::succeeded() {
  schedule_.reset();
  log_.recovered();
}

}  // namespace ingest::detail
