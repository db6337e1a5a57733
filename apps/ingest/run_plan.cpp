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
constexpr std::string_view present_key = " PRESENT=";
constexpr std::string_view manifest_key = " MANIFEST=";
constexpr std::string_view config_key = " CONFIG=";
constexpr std::string_view stream_key = " STREAM=";
constexpr std::size_t readers_of_found_windows = 8;
constexpr std::size_t most_readers = 16;  // if not asked for: each holds some pages in memory

/// A plan's text taken apart:
///
///   [FROM=api:ADDRESS ]SLICES=n|auto SINCE=t … ID_POINTER=p[ WINDOW=t..t[ NEWEST=t]][ EDGES=t+t…]
///   FROM=connector:FILE MANIFEST=… CONFIG=… STREAM=… ID_POINTER=p READS=new|all[ PRESENT=t]
///   FROM=singer|airbyte:PROGRAM CONFIG=… STREAM=… ID_POINTER=p READS=new|all
///   or whatever another kind of source has for a plan.
struct plan_parts {
  std::string_view asked;  ///< without what was found when the run began
  bool is_of_api = false;
  bool is_of_sync = false;
  std::string_view slices;  ///< "auto" or a number; of an API
  std::optional<time_window> window;
  std::optional<std::int64_t> newest;
  std::optional<std::string_view> edges;
  std::optional<std::int64_t> present;  ///< of a connector
};

/// The whole of the number that the text begins with.
std::optional<std::int64_t> leading_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() ? std::optional(number) : std::nullopt;
}

/// What stands behind the last `key`, which is cut off from `text` with it.
std::optional<std::string_view> cut_behind(std::string_view& text, std::string_view key) {
  const auto at = text.rfind(key);
  if (at == text.npos) {
    return std::nullopt;
  }
  const std::string_view value = text.substr(at + key.size());
  text = text.substr(0, at);
  return value;
}

plan_parts parts_of(std::string_view plan) {
  plan_parts parts;
  parts.asked = plan;
  parts.is_of_api = plan.starts_with(api_key) || plan.starts_with(slices_key);
  if (finds_slices(plan)) {
    if (const auto present = cut_behind(parts.asked, present_key)) {
      parts.present = leading_number(*present);
    }
  }
  if (!parts.is_of_api) {
    return parts;
  }
  const auto slices = plan.substr(std::min(plan.size(), plan.find(slices_key) + slices_key.size()));
  parts.slices = slices.substr(0, slices.find(' '));
  if (parts.slices == "auto") {
    parts.edges = cut_behind(parts.asked, edges_key);
  }
  parts.is_of_sync = plan.starts_with(api_key) && plan.substr(0, plan.find(" ID_POINTER=")).ends_with(incremental_key);
  if (parts.is_of_sync) {
    if (const auto newest = cut_behind(parts.asked, newest_key)) {
      parts.newest = leading_number(*newest);
    }
    if (const auto window = cut_behind(parts.asked, sync_key)) {
      const auto middle = std::min(window->size(), window->find(".."));
      parts.window = {leading_number(window->substr(0, middle)),
                      leading_number(window->substr(std::min(window->size(), middle + 2)))};
    }
  }
  return parts;
}

/// plan_of(s) as a run has it that began with `begun_with`: version 0.1 did not name the API.
std::string plan_like(const std::string& begun_with, const settings& s) {
  std::string plan = plan_of(s);
  if (plan.starts_with(api_key) && begun_with.starts_with(slices_key)) {
    plan.erase(0, plan.find(slices_key));
  }
  return plan;
}

/// Without the number of slices, which a sync takes from its plan.
std::string whatever_the_slices(std::string plan) {
  if (const auto at = plan.find(slices_key); at != plan.npos) {
    plan.erase(at, plan.find(' ', at) - at);
  }
  return plan;
}

bool has_connection(const std::string& plan) {
  return plan.find(config_key) != plan.npos;
}

/// The same of what a process is started with.
std::string whatever_the_connection(std::string plan) {
  if (const auto at = plan.find(config_key); at != plan.npos) {
    plan.erase(at, plan.find(' ', at + 1) - at);
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
  return parts_of(plan).newest;
}

std::optional<time_window> sync_window_of(const std::string& plan) {
  return parts_of(plan).window;
}

std::string watermark_of(const std::string& plan) {
  const auto sync = sync_window_of(plan);
  return sync ? edge_text(sync->until_ms) : "";
}

std::int64_t parse_watermark(const std::string& text) {
  const auto time = leading_number(text);
  if (!time || std::to_string(*time) != text) {
    throw error(errc::bad_data, "the watermark in the database's ledger (ingest.watermarks), \"" + text +
                                    "\", is no time in milliseconds since 1970: put it right, or start over");
  }
  return *time;
}

std::string with_edges(const std::string& plan, const std::vector<time_window>& windows) {
  return plan + std::string(edges_key) + edges_text(windows);
}

bool leaves_edges_open(const std::string& plan) {
  const plan_parts parts = parts_of(plan);
  return parts.slices == "auto" && !parts.edges;
}

bool leaves_sync_open(const std::string& plan) {
  const plan_parts parts = parts_of(plan);
  return parts.is_of_sync && !parts.window;
}

bool settles(const std::string& begun_with, const settings& s) {
  if (const auto check = from_of(s).check_unchanged) {
    check(begun_with, s);
  }
  const std::string asked(parts_of(begun_with).asked);
  // A version before did not say what a process was started with.
  const bool any_connection = s.from.is_process() && (s.origins.contains("PIPELINE") || !has_connection(begun_with));
  const auto compared = [&](const std::string& plan) {
    return whatever_the_slices(any_connection ? whatever_the_connection(plan) : plan);
  };
  if (s.incremental) {
    return compared(asked) == compared(plan_of(s)) || compared(asked) == compared(without_incremental(s));
  }
  return any_connection ? compared(asked) == compared(plan_of(s)) : asked == plan_like(begun_with, s);
}

std::string difference_of_sources(const std::string& before, const std::string& now) {
  const auto connection = [](std::string_view plan) {
    struct {
      std::string_view file, manifest, config;
    } parts;
    plan = plan.substr(0, plan.rfind(stream_key));
    parts.config = cut_behind(plan, config_key).value_or("");
    parts.manifest = cut_behind(plan, manifest_key).value_or("");
    parts.file = plan;
    return parts;
  };
  const auto was = connection(before), is = connection(now);
  if (was.file != is.file && (was.manifest.empty() || was.manifest != is.manifest)) {
    return "that was " + std::string(was.file) + ", this is " + std::string(is.file);
  }
  return was.config == is.config || was.config.empty() ? "" : "the settings of its connection are others";
}

void require_same_source(const settings& s, const std::string& pipeline, const std::string& before) {
  if (s.origins.contains("PIPELINE")) {
    return;
  }
  const std::string now = plan_of(s);
  const auto is_named_by_stream = [](const std::string& plan) { return finds_slices(plan) || reads_process(plan); };
  if (!is_named_by_stream(before) && !is_named_by_stream(now)) {
    return;
  }
  if (const std::string difference = difference_of_sources(before, now); !difference.empty()) {
    throw error(errc::config,
                "pipeline \"" + pipeline + "\" may be that of another source: " + difference +
                    ". Give each source a PIPELINE, a DATA_DIR and a TARGET_SCHEMA of its own; or, if this is the same "
                    "one, say so with PIPELINE=default");
  }
}

bool is_repeatable(const std::string& plan) {
  return !plan.starts_with(stdin_key);
}

bool may_repeat(const std::string& plan) {
  return parts_of(plan).is_of_api;
}

std::vector<time_window> windows_of(const std::string& plan, const settings& s) {
  if (leaves_sync_open(plan)) {
    return {};  // for a look at the API
  }
  const plan_parts parts = parts_of(plan);
  const time_window whole = parts.window.value_or(time_window{s.since, s.until});
  const std::vector<time_window> windows = parts.edges ? divide_at(whole, *parts.edges) : split(whole, slices_in(plan));
  return windows.size() == 1 && whole == time_window{} ? std::vector<time_window>() : windows;
}

std::size_t slices_in(const std::string& plan) {
  const plan_parts parts = parts_of(plan);
  if (parts.edges) {
    return *parts.edges == "none"
               ? 1
               : 2 + static_cast<std::size_t>(std::count(parts.edges->begin(), parts.edges->end(), '+'));
  }
  return static_cast<std::size_t>(leading_number(parts.slices).value_or(finds_slices(plan) ? 0 : 1));
}

bool finds_slices(std::string_view plan) {
  return plan.starts_with(connector_key);
}

std::optional<std::int64_t> present_in(const std::string& plan) {
  return parts_of(plan).present;
}

std::string with_present(const std::string& plan, std::int64_t ms) {
  return plan + std::string(present_key) + std::to_string(ms);
}

bool leaves_present_open(const std::string& plan) {
  return finds_slices(plan) && !present_in(plan);
}

bool goes_by_watermarks_of_slices(const std::string& plan) {
  return finds_slices(plan) && parts_of(plan).asked.ends_with(reads_new_key);
}

bool reads_process(std::string_view plan) {
  return plan.starts_with(singer_key) || plan.starts_with(airbyte_key);
}

std::size_t reader_count(const settings& s, std::size_t slices) {
  return std::min<std::size_t>(slices, s.readers.value_or(s.slices ? most_readers : readers_of_found_windows));
}

}  // namespace ingest::app
