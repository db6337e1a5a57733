#include "serve/hosted_pipeline.hpp"

#include <algorithm>
#include <vector>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "serve/orphans.hpp"
#include "serve/process_memory.hpp"

namespace ingest::app {

namespace {

/// A failure that lasts: at the next day's sync, though it ends a little earlier, or the day has 23 hours.
constexpr std::chrono::hours until_told_again(22);

/// What a service that begins finds untold, and is older, is no news.
constexpr std::chrono::days until_stale(7);

}  // namespace

hosted_pipeline::hosted_pipeline(pipeline_file file, const service_place& in, const clock_reading& now)
    : in_(in),
      file_(std::move(file)),
      memory_(read_memory(in.state, file_.name)),
      planner_(file_.rules, memory_.syncs, now),
      figures_(std::make_unique<sync_figures>(file_.checked.pipeline)) {
  tell_unheard(now);
  remember();  // that it is there: from now on its moments can be missed
}

/// What the service before could not tell, to whom the file names now.
void hosted_pipeline::tell_unheard(const clock_reading& now) {
  std::vector<outcome_news> all;
  for (auto& [event, news] : memory_.unheard) {
    if (now.wall - news.end.ended < until_stale && is_still_so(news)) {
      all.push_back(std::move(news));
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const outcome_news& a, const outcome_news& b) { return a.end.ended < b.end.ended; });
  for (outcome_news& news : all) {
    tell(std::move(news));
  }
}

/// A service that is killed may leave what another streak of failures has overtaken.
bool hosted_pipeline::is_still_so(const outcome_news& news) const {
  const bool fails = planner_.memory().failures > 0;
  switch (news.event) {
    case told_event::failure:
      return fails && news.streak == memory_.streak;
    case told_event::recovery:
      return !fails && news.streak == memory_.owes_recovery;
    case told_event::complete:
      break;
  }
  return true;
}

/// In the environment of all that its syncs start.
std::string hosted_pipeline::mark() const {
  return "DATA_DIR=" + file_.variables.at("DATA_DIR");
}

void hosted_pipeline::remember() {
  memory_.syncs = planner_.memory();
  memory_.unheard = teller_.unheard();
  std::string problem = write_memory(in_.state, file_.name, memory_);
  if (!problem.empty() && unsaved_.empty()) {
    log::warning(events::state_not_saved, problem + "; it is tried again each second", {{"pipeline", file_.name}});
  }
  unsaved_ = std::move(problem);
}

void hosted_pipeline::save_at_the_end() {
  if (unsaved_.empty()) {
    return;
  }
  remember();
  if (!unsaved_.empty()) {
    log::error(events::state_not_saved,
               unsaved_ +
                   "; the next service knows nothing of what has become of the pipeline, or was ordered, since "
                   "its state was written last",
               {{"pipeline", file_.name}});
  }
}

/// Where something has changed that a restart must know of; moments of the schedule alone can wait for the next sync.
void hosted_pipeline::keep() {
  sync_memory now_is = planner_.memory();
  now_is.due = memory_.syncs.due;
  if (now_is != memory_.syncs || teller_.unheard() != memory_.unheard) {
    remember();
  }
}

bool hosted_pipeline::wants_to_begin(const clock_reading& now) {
  const bool wants = planner_.wants_to_begin(now);
  keep();
  return wants && !leaves_;
}

void hosted_pipeline::begin(const clock_reading& now) {
  pipeline_file asked = file_;
  if (is_shared(asked.checked)) {
    const std::chrono::milliseconds within = planner_.within(now);
    asked.variables.try_emplace("SYNC_WITHIN_MS", std::to_string(within.count()));
  }
  planner_.began(now);
  remember();
  figures_->begin_sync();
  kill_orphans(mark(), in_.running());
  try {
    sync_ = std::make_unique<running_sync>(in_.program, asked, in_.state, *figures_, now);
  } catch (const std::exception& e) {
    ended({sync_outcome::failed, current_error().exit_code(),
           quotable(std::string("it could not be started: ") + e.what()), now.wall, now.wall, 0},
          now);
  }
}

void hosted_pipeline::reap(const clock_reading& now) {
  if (!sync_) {
    return;
  }
  if (auto end = sync_->end(now)) {
    sync_.reset();
    kill_orphans(mark(), in_.running());
    ended(std::move(*end), now);
  }
}

void hosted_pipeline::hold_to_limits(std::chrono::seconds patience, const clock_reading& now) {
  if (!sync_) {
    return;
  }
  if (sync_->awaits_memory(now)) {
    std::uint64_t bytes = 0;
    for (const pid_t pid : family_of(sync_->pid(), mark(), in_.running())) {
      bytes += memory_of(pid);
    }
    sync_->take_memory(bytes, now);
  }
  sync_->end_overdue(patience, now);
}

void hosted_pipeline::ended(sync_end end, const clock_reading& now) {
  const bool was_well = planner_.memory().failures == 0;
  planner_.ended(end.outcome, now);
  if (was_well && planner_.memory().failures > 0) {
    ++memory_.streak;
    teller_.withdraw(told_event::recovery);  // it is owed yet, and told when it is so again
  }
  counts_.add(end);
  if (end.outcome == sync_outcome::complete) {
    memory_.last_complete = now.wall;
  }
  if (successor_) {
    take_on(std::move(*successor_), now);
    successor_.reset();
  }
  const auto next = planner_.next_begin(now);
  log::write(end.error.empty() ? log::level::info : log::level::error, events::sync_ended,
             end.error.empty() ? "the sync is " + std::string(name_of(end.outcome)) : end.error,
             {{"pipeline", file_.name},
              {"outcome", name_of(end.outcome)},
              {"exit_code", end.exit_code},
              {"wall_s", end.took_s},
              {"memory_bytes", end.memory},
              {"failures", planner_.memory().failures},
              {"next_in_s", next ? (*next - now.wall).count() : -1}});
  tell_of(end, now);
  last_ = std::move(end);
  remember();
}

void hosted_pipeline::tell(outcome_news news) {
  teller_.tell(file_.hooks, std::move(news), std::filesystem::absolute(file_.path).parent_path().string());
}

void hosted_pipeline::tell_of(const sync_end& end, const clock_reading& now) {
  const auto news = [&](told_event event, std::uint64_t streak) {
    return outcome_news{event, file_.name, end, planner_.memory().failures, planner_.next_begin(now), streak};
  };
  if (end.outcome == sync_outcome::complete) {
    memory_.failure_told.reset();
    teller_.withdraw(told_event::failure);
    if (memory_.owes_recovery > 0) {
      tell(news(told_event::recovery, memory_.owes_recovery));
      memory_.owes_recovery = file_.hooks.on_recovery.empty() ? 0 : memory_.owes_recovery;
    }
    tell(news(told_event::complete, memory_.streak));
    return;
  }
  const bool is_old = memory_.failure_told && end.ended >= *memory_.failure_told &&
                      end.ended - *memory_.failure_told < until_told_again;
  if (planner_.has_given_up() && !is_old) {
    tell(news(told_event::failure, memory_.streak));
    memory_.owes_recovery = memory_.streak;  // before it is heard, or it might be by nobody that remembers it
  }
}

/// Remembered then, and not before: whatever a service that is killed had begun to tell, the next one tells again.
/// What is heard may be of a streak of failures that another one has followed.
void hosted_pipeline::heard(const outcome_news& news) {
  if (news.event == told_event::failure && news.streak == memory_.streak && planner_.memory().failures > 0) {
    memory_.failure_told = news.end.ended;
  } else if (news.event == told_event::recovery && news.streak >= memory_.owes_recovery) {
    memory_.owes_recovery = 0;
    teller_.withdraw(told_event::recovery);
  }
  remember();
}

void hosted_pipeline::go_on_telling(const clock_reading& now) {
  if (const auto news = teller_.go_on(now)) {
    heard(*news);
  }
  keep();  // what was given up is not told again
  if (!unsaved_.empty() && now.steady != tried_) {
    tried_ = now.steady;
    remember();
  }
}

std::optional<std::chrono::seconds> hosted_pipeline::quiet_for(const clock_reading& now) const {
  return sync_ || teller_.is_busy() || !unsaved_.empty() ? std::chrono::seconds(1) : planner_.quiet_for(now);
}

void hosted_pipeline::take_on(pipeline_file file, const clock_reading& now) {
  if (file.checked.pipeline != file_.checked.pipeline) {
    figures_ = std::make_unique<sync_figures>(file.checked.pipeline);
  }
  if (file.hooks != file_.hooks) {
    teller_.change(file.hooks);
  }
  file_ = std::move(file);
  planner_.change(file_.rules, now);
}

void hosted_pipeline::change(pipeline_file file, const clock_reading& now) {
  leaves_ = false;
  const pipeline_file& before = successor_ ? *successor_ : file_;
  if (before.text == file.text) {
    return;
  }
  log::info(events::pipeline_changed, "schedule: " + file.rules.when.text(), {{"pipeline", file_.name}});
  if (sync_ && (successor_ || before.text_of_sync != file.text_of_sync)) {
    successor_ = std::move(file);
    sync_->stop(stop_reason::change, now);
  } else {
    take_on(std::move(file), now);
    keep();
  }
}

void hosted_pipeline::leave(const clock_reading& now) {
  leaves_ = true;
  if (sync_) {
    sync_->stop(stop_reason::change, now);
  }
}

std::string hosted_pipeline::start() {
  if (sync_) {
    return "a sync of " + file_.name + " runs already";
  }
  if (leaves_) {
    return "the file of " + file_.name + " has gone";
  }
  planner_.order();
  keep();
  return {};
}

std::string hosted_pipeline::stop(const clock_reading& now) {
  if (!sync_) {
    const bool there_was_one = planner_.withdraw();
    keep();
    return there_was_one ? "" : "no sync of " + file_.name + " runs or waits";
  }
  if (sync_->exceeds_limit()) {
    return "the sync of " + file_.name + " is being stopped already, for it has taken more time or memory than it may";
  }
  sync_->stop(stop_reason::order, now);
  planner_.stop();
  keep();
  return {};
}

std::string hosted_pipeline::pause(bool paused) {
  if (planner_.memory().is_paused == paused) {
    return file_.name + (paused ? " is paused already" : " is not paused");
  }
  planner_.pause(paused);
  keep();
  return {};
}

pipeline_status hosted_pipeline::status(const clock_reading& now) const {
  pipeline_status s;
  s.name = file_.name;
  s.schedule = file_.rules.when.text();
  s.is_paused = planner_.memory().is_paused;
  s.state = leaves_                         ? pipeline_state::leaving
            : sync_ && sync_->stopped_for() ? pipeline_state::stopping
            : sync_                         ? pipeline_state::running
            : s.is_paused                   ? pipeline_state::paused
                                            : pipeline_state::idle;
  if (sync_) {
    s.began = sync_->began();
    s.says = sync_->says();
    s.memory = sync_->memory();
  } else {
    s.next_begin = planner_.next_begin(now);
  }
  s.last = last_;
  s.last_complete = memory_.last_complete;
  const schedule& when = file_.rules.when;
  const auto first = memory_.last_complete ? when.next_after(*memory_.last_complete) : std::nullopt;
  const auto second = first ? when.next_after(*first) : std::nullopt;
  s.success_due = second ? std::optional(*second + file_.rules.spread) : std::nullopt;
  s.failures = failures();
  s.counts = counts_;
  s.hooks_failed = teller_.failures();
  s.hook_problem = teller_.problem();
  s.figures = figures_->all();
  s.durations = figures_->all_durations();
  s.latest = figures_->latest();
  s.memory_share = file_.memory;
  s.buffer_quota_bytes = file_.checked.buffer_quota_bytes;
  s.doubts = file_.doubts;
  if (!unsaved_.empty()) {
    s.doubts.push_back("what is to outlive the service is not on disk: " + unsaved_);
  }
  return s;
}

}  // namespace ingest::app
