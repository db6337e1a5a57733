#include "serve/pipeline_memory.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/replaced_file.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "serve/sync_figures.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

std::string member_of(told_event event) {
  return "unheard_" + std::string(name_of(event));
}

/// The number of its streak, which means nothing to whom it is told.
std::string streak_of(told_event event) {
  return "streak_of_" + std::string(name_of(event));
}

/// Where a service of before has numbered none, and written `owes_recovery` as true, which reads as 1.
constexpr double first_streak = 1;

/// As json_of() has written it; nothing of what is none.
std::optional<outcome_news> news_in(const told_members& told, told_event event, const std::string& pipeline) {
  const std::string at = member_of(event) + ".";
  const auto number = [&](const char* name) { return number_in(told, at + name).value_or(0); };
  const auto moment = [&](const char* name) -> std::optional<wall_time> {
    const auto ms = detail::parse_time(text_in(told, at + name));
    return ms ? std::optional(wall_time(std::chrono::seconds(*ms / 1000))) : std::nullopt;
  };
  const std::string outcome = text_in(told, at + "outcome");
  const auto known =
      std::find_if(sync_outcomes.begin(), sync_outcomes.end(), [&](sync_outcome o) { return name_of(o) == outcome; });
  const auto ended = moment("ended");
  if (known == sync_outcomes.end() || !ended) {
    return std::nullopt;
  }
  outcome_news news;
  news.event = event;
  news.pipeline = pipeline;
  news.end.outcome = *known;
  news.end.exit_code = static_cast<int>(number("exit_code"));
  news.end.error = text_in(told, at + "error");
  news.end.began = moment("began").value_or(*ended);
  news.end.ended = *ended;
  news.end.took_s = number("seconds");
  news.failures = static_cast<std::uint64_t>(number("failures"));
  news.next_begin = moment("next_begin");
  news.streak = static_cast<std::uint64_t>(number_in(told, streak_of(event)).value_or(first_streak));
  return news;
}

void keep_damaged(const std::filesystem::path& path, const std::string& pipeline) {
  std::filesystem::path kept = path;
  kept += ".damaged";
  std::error_code problem;
  std::filesystem::rename(path, kept, problem);
  log::warning(events::state_rebuilt,
               path.string() +
                   " is damaged, so that the pipeline goes on as a new one: no moment of its schedule was "
                   "missed, and it is neither paused nor stopped. " +
                   (problem ? "It cannot be kept: " + problem.message() : "It is kept as " + kept.string()),
               {{"pipeline", pipeline}});
}

std::filesystem::path file_of(const std::filesystem::path& state, const std::string& pipeline) {
  return state / pipeline / "schedule.json";
}

}  // namespace

std::string make_private_directory(const std::filesystem::path& path) {
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem)) {
    return {};
  }
  if (path.has_parent_path() && path.parent_path() != path) {
    std::filesystem::create_directories(path.parent_path(), problem);
  }
  const bool is_made = !problem && ::mkdir(path.c_str(), 0700) == 0;
  return is_made || (!problem && errno == EEXIST) ? "" : problem ? problem.message() : std::strerror(errno);
}

pipeline_memory read_memory(const std::filesystem::path& state, const std::string& pipeline) {
  const std::filesystem::path path = file_of(state, pipeline);
  const told_members told = members_of_json(detail::contents_of(path).value_or(""));
  std::error_code problem;
  if (!number_in(told, "due") && std::filesystem::exists(path, problem)) {
    keep_damaged(path, pipeline);
  }
  const auto number = [&](const char* name) { return static_cast<std::uint64_t>(number_in(told, name).value_or(0)); };
  const auto moment = [&](const char* name) { return wall_time(std::chrono::seconds(number(name))); };
  pipeline_memory m;
  m.syncs.due = moment("due");
  m.syncs.is_open = number("open") != 0;
  m.syncs.is_wanted = number("wanted") != 0;
  m.syncs.is_ordered = number("ordered") != 0;
  m.syncs.is_paused = number("paused") != 0;
  m.syncs.is_stopped = number("stopped") != 0;
  m.syncs.failures = number("failures");
  m.syncs.attempts = number("attempts");
  if (told.contains("last_complete")) {
    m.last_complete = moment("last_complete");
  }
  m.streak = static_cast<std::uint64_t>(number_in(told, "streak").value_or(first_streak));
  m.owes_recovery = number("owes_recovery");
  if (told.contains("failure_told")) {
    m.failure_told = moment("failure_told");
  }
  for (const told_event e : {told_event::complete, told_event::failure, told_event::recovery}) {
    if (auto news = news_in(told, e, pipeline)) {
      m.unheard.emplace(e, *std::move(news));
    }
  }
  return m;
}

std::string write_memory(const std::filesystem::path& state, const std::string& pipeline, const pipeline_memory& m) {
  const auto word = [](bool truth) { return truth ? "true" : "false"; };
  const auto moment = [](wall_time t) { return std::to_string(t.time_since_epoch().count()); };
  std::string text = "{\"due\":" + moment(m.syncs.due) + ",\"open\":" + word(m.syncs.is_open) +
                     ",\"wanted\":" + word(m.syncs.is_wanted) + ",\"ordered\":" + word(m.syncs.is_ordered) +
                     ",\"paused\":" + word(m.syncs.is_paused) + ",\"stopped\":" + word(m.syncs.is_stopped) +
                     ",\"failures\":" + std::to_string(m.syncs.failures) +
                     ",\"attempts\":" + std::to_string(m.syncs.attempts);
  if (m.last_complete) {
    text += ",\"last_complete\":" + moment(*m.last_complete);
  }
  text += ",\"streak\":" + std::to_string(m.streak);
  if (m.owes_recovery > 0) {
    text += ",\"owes_recovery\":" + std::to_string(m.owes_recovery);
  }
  if (m.failure_told) {
    text += ",\"failure_told\":" + moment(*m.failure_told);
  }
  for (const auto& [event, news] : m.unheard) {
    text += ",\"" + member_of(event) + "\":" + json_of(news);
    text += ",\"" + streak_of(event) + "\":" + std::to_string(news.streak);
  }
  try {
    if (const std::string problem = make_private_directory(state / pipeline); !problem.empty()) {
      throw error(errc::io, "cannot make " + (state / pipeline).string() + ": " + problem);
    }
    detail::replace_file(posix_file_system(), file_of(state, pipeline), text + "}\n");
  } catch (const std::exception& e) {
    return e.what();
  }
  return {};
}

}  // namespace ingest::app
