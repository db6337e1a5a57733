#include "run_plan.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "datasync/slice_plan.hpp"

namespace ingest::app {

namespace {

constexpr std::string_view api_key = "FROM=api:";
constexpr std::string_view stdin_key = "FROM=stdin ID_POINTER=";
constexpr std::string_view edges_key = " EDGES=";
constexpr std::string_view slices_key = "SLICES=";
constexpr std::size_t readers_of_found_windows = 8;
constexpr std::size_t most_readers = 16;  // if not asked for: each holds some pages in memory

/// A file as it is now.
struct file_identity {
  std::string name;      // the beginning of the plan of whatever it held
  std::string contents;  // of what it holds
};

file_identity identity_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw error(errc::config, "FROM=file:" + path.string() + " cannot be read: " + std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    throw error(errc::config, "FROM=file:" + path.string() +
                                  " is no regular file and cannot be read twice; pipe it in, with FROM=stdin");
  }
  const std::string nanoseconds = std::to_string(status.st_mtim.tv_nsec);
  return {"FROM=file:" + std::filesystem::canonical(path).string() + " ",
          "SIZE=" + std::to_string(status.st_size) + " MODIFIED=" + std::to_string(status.st_mtim.tv_sec) + "." +
              std::string(9 - nanoseconds.size(), '0') + nanoseconds + " "};
}

/// An API by its address, spelt in one way only: scheme and host ignore case, and the scheme's own port may be left
/// out.
std::string address_of_api(const settings& s) {
  std::string base = s.api_base_url;
  const std::size_t host = base.find("://") == std::string::npos ? 0 : base.find("://") + 3;
  const std::size_t end = std::min(base.find('/', host), base.size());
  std::transform(base.begin(), base.begin() + static_cast<std::ptrdiff_t>(end), base.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string port = base.starts_with("https:") ? ":443" : ":80";
  if (std::string_view(base).substr(0, end).ends_with(port)) {
    base.erase(end - port.size(), port.size());
  }
  return base + s.events_path;
}

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
  if (s.from.what == source_choice::kind::standard_input) {
    return std::string(stdin_key) + s.id_pointer;
  }
  if (s.from.what == source_choice::kind::file) {
    const file_identity file = identity_of(s.from.path);
    return file.name + file.contents + "ID_POINTER=" + s.id_pointer;
  }
  const auto edge = [](const std::optional<std::int64_t>& t) { return t ? std::to_string(*t) : std::string("open"); };
  return std::string(api_key) + address_of_api(s) + " " + std::string(slices_key) +
         (s.slices ? std::to_string(*s.slices) : "auto") + " SINCE=" + edge(s.since) + " UNTIL=" + edge(s.until) +
         " ID_POINTER=" + s.id_pointer;
}

std::string plan_of(const settings& s, const std::vector<time_window>& windows) {
  return plan_of(s) + std::string(edges_key) + edges_text(windows);
}

void check_unchanged(const std::string& begun_with, const settings& s) {
  if (s.from.what != source_choice::kind::file) {
    return;
  }
  const file_identity file = identity_of(s.from.path);
  if (begun_with.starts_with(file.name) && !begun_with.starts_with(file.name + file.contents)) {
    throw error(errc::config, s.from.path.string() +
                                  " has changed since the run began, so that nobody knows what of it was read (" +
                                  begun_with.substr(file.name.size()) + "; now " + file.contents +
                                  "): put the old one back, or start over with --fresh --yes (rows that are in the "
                                  "table already are skipped then)");
  }
}

bool is_divided(const std::string& plan, const settings& s) {
  return s.from.what == source_choice::kind::api && !s.slices &&
         plan.starts_with(plan_like(plan, s) + std::string(edges_key));
}

bool settles(const std::string& begun_with, const settings& s) {
  check_unchanged(begun_with, s);
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
