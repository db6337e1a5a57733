#include "rest/answers/backoff.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <random>

#include "core/trimmed.hpp"
#include "http/retry_after.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr unsigned most_doublings = 62;

/// Python's float() of a text, without what is not finite: nobody waits that long.
std::optional<double> number_in(std::string_view text) {
  text = detail::trimmed(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc() && end == text.data() + text.size() && !text.empty();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

/// Nothing for a template that comes out as None.
std::optional<double> number_of(const interpolation& input, const settings& given) {
  const value result = input.evaluate(given.as_variables());
  if (result.is_none()) {
    return std::nullopt;
  }
  const auto number = number_in(result.to_text());
  if (!number) {
    throw error(errc::config, input.where() + ": \"" + input.text() + "\" does not come out as a number of seconds");
  }
  return number;
}

double required_number(const interpolation& input, const settings& given) {
  const auto number = number_of(input, given);
  if (!number) {
    throw error(errc::config, input.where() + ": \"" + input.text() + "\" comes out as nothing; give seconds");
  }
  return *number;
}

std::optional<double> optional_number(const std::optional<interpolation>& input, const settings& given) {
  return input ? number_of(*input, given) : std::nullopt;
}

double with_jitter(double seconds, const std::optional<double>& range) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return range && *range > 0 ? std::uniform_real_distribution(seconds, seconds + 2 * *range)(random) : seconds;
}

double seconds_since_1970(std::chrono::system_clock::time_point now) {
  return std::chrono::duration<double>(now.time_since_epoch()).count();
}

header_number number_from(const header_backoff_options& options) {
  const variables given = options.given.as_variables();
  const auto text = [&](const interpolation& i) { return i.evaluate_itself(given).to_text(); };
  const bool has_regex = options.regex && !options.regex->text().empty();
  return {
      text(options.header),
      has_regex ? std::optional<pattern>(std::in_place, text(*options.regex), options.regex->where()) : std::nullopt};
}

double within(double seconds, const std::optional<double>& most) {
  if (most && seconds >= *most) {
    throw error(errc::unavailable,
                "the API asks to wait " + std::to_string(std::llround(seconds)) +
                    " s, and `max_waiting_time_in_seconds` allows less than " + std::to_string(std::llround(*most)) +
                    " s; try again later",
                false);
  }
  return seconds;
}

}  // namespace

constant_backoff::constant_backoff(const constant_backoff_options& options)
    : time_(required_number(options.backoff_time_in_seconds, options.given)),
      jitter_(options.jitter_range_in_seconds) {}

std::optional<double> constant_backoff::seconds(const exchange&, unsigned) const {
  return with_jitter(time_, jitter_);
}

exponential_backoff::exponential_backoff(const exponential_backoff_options& options)
    : factor_(required_number(options.factor, options.given)), jitter_(options.jitter_range_in_seconds) {}

std::optional<double> exponential_backoff::seconds(const exchange&, unsigned attempt) const {
  return with_jitter(std::ldexp(factor_, static_cast<int>(std::min(attempt, most_doublings))), jitter_);
}

std::optional<std::string> header_number::text(const exchange& e) const {
  const auto found = e.given ? e.given->header(header_) : std::nullopt;
  if (!found) {
    return std::nullopt;
  }
  const auto matched = regex_ ? regex_->match(*found) : std::nullopt;
  return std::string(matched.value_or(*found));
}

std::optional<double> header_number::read(const exchange& e) const {
  const auto found = text(e);
  return found ? number_in(*found) : std::nullopt;
}

std::optional<double> header_number::date(const exchange& e) const {
  const auto found = text(e);
  const auto date = found ? parse_http_date(*found) : std::nullopt;
  return date ? std::optional(std::chrono::duration<double>(date->time_since_epoch()).count()) : std::nullopt;
}

wait_time_from_header::wait_time_from_header(const header_backoff_options& options, wall_clock now)
    : number_(number_from(options)),
      most_(optional_number(options.max_waiting_time_in_seconds, options.given)),
      now_(std::move(now)) {}

std::optional<double> wait_time_from_header::seconds(const exchange& e, unsigned) const {
  auto wait = number_.read(e);
  if (const auto date = wait ? std::nullopt : number_.date(e)) {
    // A date that has passed asks for nothing, as no header does.
    wait = std::max(*date - seconds_since_1970(now_()), 0.0);
  }
  return wait && *wait != 0 ? std::optional(within(*wait, most_)) : std::nullopt;
}

wait_until_time_from_header::wait_until_time_from_header(const header_backoff_options& options, wall_clock now)
    : number_(number_from(options)),
      least_(optional_number(options.min_wait, options.given)),
      most_(optional_number(options.max_waiting_time_in_seconds, options.given)),
      now_(std::move(now)) {}

std::optional<double> wait_until_time_from_header::seconds(const exchange& e, unsigned) const {
  const bool has_least = least_ && *least_ != 0;
  const auto number = number_.read(e);
  const auto until = number ? number : number_.date(e);
  if (!until || *until == 0) {
    return has_least ? std::optional(within(*least_, most_)) : std::nullopt;
  }
  const double wait = *until - seconds_since_1970(now_());
  if (has_least) {
    return within(std::max(wait, *least_), most_);
  }
  return wait < 0 ? std::nullopt : std::optional(within(wait, most_));
}

}  // namespace ingest::rest
