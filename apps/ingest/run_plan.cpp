#include "run_plan.hpp"

#include <algorithm>
#include <charconv>

#include "datasync/slice_plan.hpp"
#include "from/from.hpp"

namespace ingest::app {

namespace {

constexpr std::string_view edges_key = " EDGES=";
constexpr std::size_t readers_of_found_windows = 8;
constexpr std::size_t most_readers = 16;  // if not asked for: each holds some pages in memory

/// plan_of(s) as a run has it that began with `begun_with`: version 0.1 did not name the API.
std::string plan_like(const std::string& begun_with, const settings& s) {
  std::string plan = plan_of(s);
  if (plan.starts_with(api_key) && begun_with.starts_with(slices_key)) {
    plan.erase(0, plan.find(slices_key));
  }
  return plan;
}

}  // namespace

std::string plan_of(const settings& s) {
  return from_of(s).plan(s);
}

std::string plan_of(const settings& s, const std::vector<time_window>& windows) {
  return plan_of(s) + std::string(edges_key) + edges_text(windows);
}

bool is_divided(const std::string& plan, const settings& s) {
  return from_of(s).divisible && !s.slices && plan.starts_with(plan_like(plan, s) + std::string(edges_key));
}

bool settles(const std::string& begun_with, const settings& s) {
  if (const auto check = from_of(s).check_unchanged) {
    check(begun_with, s);
  }
  return begun_with == plan_like(begun_with, s) || is_divided(begun_with, s);
}

bool is_repeatable(const std::string& plan) {
  return !plan.starts_with(stdin_key);
}

std::vector<time_window> windows_of(const std::string& plan, const settings& s) {
  const time_window whole{s.since, s.until};
  std::vector<time_window> windows;
  if (is_divided(plan, s)) {
    windows = divide_at(whole, std::string_view(plan).substr(plan_like(plan, s).size() + edges_key.size()));
  } else {
    windows = split(whole, s.slices.value_or(1));
  }
  return windows.size() == 1 && whole == time_window{} ? std::vector<time_window>() : windows;
}

std::size_t slices_in(const std::string& plan) {
  const auto stated = plan.starts_with(slices_key) || plan.starts_with(api_key) ? plan.find(slices_key) : plan.npos;
  if (stated == plan.npos) {
    return 1;
  }
  const auto edges = plan.rfind(edges_key);
  if (plan.compare(stated, 11, "SLICES=auto") == 0 && edges != std::string::npos) {
    const std::string_view text = std::string_view(plan).substr(edges + edges_key.size());
    return text == "none" ? 1 : 2 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '+'));
  }
  std::size_t slices = 1;
  std::from_chars(plan.data() + stated + slices_key.size(), plan.data() + plan.size(), slices);
  return slices;
}

std::size_t reader_count(const settings& s, std::size_t slices) {
  return std::min<std::size_t>(slices, s.readers.value_or(s.slices ? most_readers : readers_of_found_windows));
}

}  // namespace ingest::app
