#include "demo_api/retry_after_watch.hpp"

#include <time.h>

#include <array>
#include <charconv>

namespace demo_api {
namespace {

constexpr const char* date_format = "%a, %d %b %Y %H:%M:%S GMT";
constexpr auto on_its_way = std::chrono::milliseconds(50);

}  // namespace

void retry_after_watch::refused(const std::string& endpoint, const std::string& target, std::string_view retry_after,
                                clock::time_point now) {
  const auto until = retry_time(retry_after, now);
  if (!until || *until <= now) {
    return;
  }
  const std::scoped_lock lock(mutex_);
  endpoints_[endpoint] = {now, *until};
  targets_[target] = {now, *until};
}

void retry_after_watch::arrived(const std::string& endpoint, const std::string& target, clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto refused_target = targets_.find(target);
  const bool repeat = refused_target != targets_.end() && now < refused_target->second.until;
  const auto refused_endpoint = endpoints_.find(endpoint);
  const bool early = refused_endpoint != endpoints_.end() && now < refused_endpoint->second.until &&
                     now >= refused_endpoint->second.sent + on_its_way;
  repeats_ += repeat ? 1 : 0;
  requests_ += repeat || early ? 1 : 0;
  if (!repeat && refused_target != targets_.end()) {
    targets_.erase(refused_target);
  }
}

std::uint64_t retry_after_watch::requests_too_early() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::uint64_t retry_after_watch::repeats_too_early() const {
  const std::scoped_lock lock(mutex_);
  return repeats_;
}

std::optional<std::chrono::system_clock::time_point> retry_time(std::string_view retry_after,
                                                                std::chrono::system_clock::time_point now) {
  constexpr long year_s = 365L * 24 * 3600;
  long seconds = 0;
  const auto [end, failure] = std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
  if (failure == std::errc() && end == retry_after.data() + retry_after.size()) {
    return seconds >= 0 && seconds <= year_s ? std::optional(now + std::chrono::seconds(seconds)) : std::nullopt;
  }
  tm parts{};
  const std::string text(retry_after);
  const char* rest = ::strptime(text.c_str(), date_format, &parts);
  if (rest == nullptr || *rest != '\0') {
    return std::nullopt;
  }
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

std::string http_date(std::chrono::system_clock::time_point time) {
  const time_t seconds = std::chrono::system_clock::to_time_t(time);
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text;
  return {text.data(), ::strftime(text.data(), text.size(), date_format, &parts)};
}

}  // namespace demo_api
