#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "core/ascii.hpp"

namespace ingest::detail {

/// Reads a text from left to right; once something does not fit, nothing fits any more.
class text_reader {
 public:
  explicit text_reader(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }
  void refuse() { ok_ = false; }

  bool at(std::string_view any_of) const {
    return ok_ && !rest_.empty() && any_of.find(rest_.front()) != std::string_view::npos;
  }
  bool at_digit() const { return ok_ && !rest_.empty() && is_digit(rest_.front()); }
  bool starts_with(std::string_view text) const { return ok_ && rest_.starts_with(text); }

  bool accept(std::string_view any_of) {
    const bool found = at(any_of);
    rest_.remove_prefix(found ? 1 : 0);
    return found;
  }

  void expect(std::string_view any_of) { ok_ = accept(any_of); }

  /// A number of so many digits.
  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      ok_ = at_digit();
      value = ok_ ? value * 10 + (rest_.front() - '0') : 0;
      rest_.remove_prefix(ok_ ? 1 : 0);
    }
    return value;
  }

  /// One digit at least, and as many as there are.
  std::string_view all_digits() {
    const std::string_view from = rest_;
    ok_ = at_digit();
    while (at_digit()) {
      rest_.remove_prefix(1);
    }
    return from.substr(0, from.size() - rest_.size());
  }

  /// A day as ISO 8601 writes it, of the calendar: 2026-01-27.
  std::chrono::sys_days day() {
    const int year = digits(4);
    expect("-");
    const int month = digits(2);
    expect("-");
    const int of_month = digits(2);
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(of_month))};
    ok_ = ok_ && date.ok();
    return ok_ ? std::chrono::sys_days(date) : std::chrono::sys_days();
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace ingest::detail
