#include "run_plan.hpp"

#include <algorithm>
#include <charconv>

#include "datasync/slice_plan.hpp"
#include "from/from.hpp"
#include "ingest/error.hpp"

namespace ingest::app {

namespace {

constexpr std::string_view sync_key = " WINDOW=";
constexpr std::string_view newest_key = " NEWEST=";
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

bool is_of_sync(const std::string& plan) {
  return plan.starts_with(api_key) && plan.find(std::string(incremental_key) + " ") != plan.npos;
}

/// What the plan was before anything was found out.
std::string unsettled(const std::string& plan) {
  const auto sync = is_of_sync(plan) ? plan.rfind(sync_key) : plan.npos;
  return plan.substr(0, std::min(sync, leaves_edges_open(plan) ? plan.npos : plan.rfind(edges_key)));
}

/// Without the number of slices, which a sync takes from its plan.
std::string whatever_the_slices(std::string plan) {
  if (const auto at = plan.find(slices_key); at != plan.npos) {
    plan.erase(at, plan.find(' ', at) - at);
  }
  return plan;
}

std::string without_incremental(settings s) {
  s.incremental = false;
  return plan_of(s);
}

std::string edge_text(const std::optional<std::int64_t>& edge) {
  return edge ? std::to_string(*edge) : "open";
}

}  // namespace

std::string plan_of(const settings& s) {
  return from_of(s).plan(s);
}

std::string plan_of(const settings& s, const sync_plan& sync) {
  return plan_of(s) + std::string(sync_key) + edge_text(sync.window.since_ms) + ".." + edge_text(sync.window.until_ms) +
         (sync.newest_ms ? std::string(newest_key) + std::to_string(*sync.newest_ms) : "");
}

std::optional<std::int64_t> newest_in(const std::string& plan) {
  const auto at = is_of_sync(plan) ? plan.rfind(newest_key) : plan.npos;
  std::int64_t time = 0;
  if (at == plan.npos ||
      std::from_chars(plan.data() + at + newest_key.size(), plan.data() + plan.size(), time).ec != std::errc()) {
    return std::nullopt;
  }
  return time;
}

std::optional<time_window> sync_window_of(const std::string& plan) {
  const auto at = plan.rfind(sync_key);
  if (!is_of_sync(plan) || at == plan.npos) {
    return std::nullopt;
  }
  const std::string_view text = std::string_view(plan).substr(at + sync_key.size());
  const auto middle = text.find("..");
  const auto edge = [](std::string_view digits) {
    std::int64_t time = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), time);
    return problem == std::errc() ? std::optional(time) : std::nullopt;
  };
  return time_window{edge(text.substr(0, middle)), edge(text.substr(std::min(text.size(), middle + 2)))};
}

std::string watermark_of(const std::string& plan) {
  const auto sync = sync_window_of(plan);
  return sync ? edge_text(sync->until_ms) : "";
}

std::int64_t parse_watermark(const std::string& text) {
  std::int64_t time = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), time);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw error(errc::bad_data, "the watermark in the database's ledger (ingest.watermarks), \"" + text +
                                    "\", is no time in milliseconds since 1970: put it right, or start over");
  }
  return time;
}

std::string with_edges(const std::string& plan, const std::vector<time_window>& windows) {
  return plan + std::string(edges_key) + edges_text(windows);
}

bool leaves_edges_open(const std::string& plan) {
  const auto stated = plan.starts_with(slices_key) || plan.starts_with(api_key) ? plan.find(slices_key) : plan.npos;
  return stated != plan.npos && plan.compare(stated, 11, "SLICES=auto") == 0 && plan.rfind(edges_key) == plan.npos;
}

bool leaves_sync_open(const std::string& plan) {
  return is_of_sync(plan) && !sync_window_of(plan);
}

bool settles(const std::string& begun_with, const settings& s) {
  if (const auto check = from_of(s).check_unchanged) {
    check(begun_with, s);
  }
  if (s.incremental) {
    const std::string asked = whatever_the_slices(unsettled(begun_with));
    return asked == whatever_the_slices(plan_of(s)) || asked == whatever_the_slices(without_incremental(s));
  }
  const std::string asked = plan_like(begun_with, s);
  return begun_with == asked || (leaves_edges_open(asked) && begun_with.starts_with(asked + std::string(edges_key)));
}

bool is_repeatable(const std::string& plan) {
  return !plan.starts_with(stdin_key);
}

bool may_repeat(const std::string& plan) {
  return plan.starts_with(api_key) || plan.starts_with(slices_key);
}

std::vector<time_window> windows_of(const std::string& plan, const settings& s) {
  if (leaves_sync_open(plan)) {
    return {};  // for a look at the API
  }
  const time_window whole = sync_window_of(plan).value_or(time_window{s.since, s.until});
  const auto edges = plan.starts_with(slices_key) || plan.starts_with(api_key) ? plan.rfind(edges_key) : plan.npos;
  const std::vector<time_window> windows =
      edges != plan.npos && plan.find(std::string(slices_key) + "auto") < edges
          ? divide_at(whole, std::string_view(plan).substr(edges + edges_key.size()))
          : split(whole, slices_in(plan));
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
