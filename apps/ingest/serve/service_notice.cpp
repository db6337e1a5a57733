#include "serve/service_notice.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <algorithm>
#include <cstdint>

namespace ingest::app {

namespace {

/// As RELOADING=1 wants it beside itself: by CLOCK_MONOTONIC, in microseconds.
std::string monotonic_us() {
  timespec at{};
  ::clock_gettime(CLOCK_MONOTONIC, &at);
  return std::to_string(at.tv_sec * 1'000'000 + at.tv_nsec / 1000);
}

}  // namespace

service_notice::service_notice() {
  std::uint64_t us = 0;
  if (::sd_watchdog_enabled(0, &us) > 0) {
    half_ = std::max(std::chrono::milliseconds(us / 2000), std::chrono::milliseconds(1));
  }
}

void service_notice::tell(const std::string& what, const std::string& status) {
  std::string told = what;
  if (status != status_) {
    status_ = status;
    told += (told.empty() ? "STATUS=" : "\nSTATUS=") + status;
  }
  if (!told.empty()) {
    ::sd_notify(0, told.c_str());
  }
}

void service_notice::ready(const std::string& status) {
  tell("READY=1", status);
}

void service_notice::reloading() {
  tell("RELOADING=1\nMONOTONIC_USEC=" + monotonic_us(), status_);
}

void service_notice::stopping(const std::string& status) {
  tell("STOPPING=1", status);
}

std::optional<std::chrono::milliseconds> service_notice::longest_wait() const {
  if (!half_) {
    return std::nullopt;
  }
  const auto since = std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - said_so_);
  return std::max(*half_ - since, std::chrono::milliseconds(1));
}

void service_notice::alive(const std::string& status) {
  const auto now = std::chrono::steady_clock::now();
  const bool is_due = half_ && now - said_so_ >= *half_;
  said_so_ = is_due ? now : said_so_;
  tell(is_due ? "WATCHDOG=1" : "", status);
}

}  // namespace ingest::app
