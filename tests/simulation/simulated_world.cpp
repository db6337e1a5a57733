#include "simulation/simulated_world.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace ingest::testing {

namespace {

constexpr std::size_t most_lives_of_one = 60;
constexpr std::size_t most_workers = 4;
constexpr std::uint64_t longest_pause = 400;  // deliveries of the other process
constexpr std::uint64_t shortest_time = 12;   // of others, while one waits for an answer of the database

std::string text_of(simulated_job::end e) {
  switch (e) {
    case simulated_job::end::running:
      return "is running";
    case simulated_job::end::complete:
      return "is complete";
    case simulated_job::end::left:
      return "finds more to do";
    case simulated_job::end::interrupted:
      return "was interrupted";
    case simulated_job::end::aborted:
      return "was aborted";
    case simulated_job::end::dead:
      return "is dead";
  }
  return {};
}

/// A table is replaced by one process alone.
disposition drawn_disposition(schedule& chance, workers who) {
  constexpr std::array all = {disposition::skip, disposition::merge, disposition::append, disposition::replace};
  return all.at(chance.draw(who == workers::shared ? all.size() - 1 : all.size()));
}

std::optional<std::chrono::milliseconds> drawn_term(schedule& chance, workers who) {
  constexpr std::uint64_t shortest = 20, longest = 400;
  return who == workers::shared ? std::optional(std::chrono::milliseconds(shortest + chance.draw(longest - shortest)))
                                : std::nullopt;
}

}  // namespace

simulated_world::simulated_world(std::uint64_t seed, planted_bug bug, workers who)
    : chance_(seed),
      write_(drawn_disposition(chance_, who)),
      api_(chance_, write_),
      database_(chance_, write_),
      eras_(chance_.one_in(2) ? 1 : 2 + chance_.draw(2)),
      disks_(who == workers::shared ? 2 + chance_.draw(most_workers - 1) : 2),
      scratch_(api_.has_poison() ? std::make_unique<scratch_dir>() : nullptr),
      around_{chance_,   api_,
              database_, scratch_ ? *scratch_ / "events_rejected.ndjson" : "",
              bug,       drawn_term(chance_, who)} {
  if (write_ == disposition::replace && chance_.one_in(2)) {
    shown_ = {true, {{"0-0", "{\"n\":-1}"}, {"long gone", "{}"}}, ""};
    database_.load_earlier(shown_.events);
  }
  database_.on_commit = [this](const tables& changes, const std::string& owner) { check_commit(changes, owner); };
}

void simulated_world::check_commit(const tables& changes, const std::string& owner) {
  std::string problem = problem_of_commit(changes, owner, loaded_, database_);
  if (problem.empty() && write_ == disposition::replace) {
    problem = problem_of_replacing(shown_, database_, api_);
  }
  if (problem.empty() && !changes.watermarks.empty()) {
    problem = problem_of_watermark(database_, api_);
  }
  if (!problem.empty()) {
    chance_.violate(problem);
  }
}

simulated_history simulated_world::run() {
  while (chance_.violation().empty() && !(jobs_.empty() && api_.eras() == eras_ && is_complete())) {
    if (api_.eras() < eras_ && (is_complete() || chance_.one_in(300))) {
      chance_.note("API", "has new events");
      api_.grow();
    }
    if (jobs_.empty()) {
      start_job();
    } else if (const auto host = idle_host(); host && shares() && !is_complete() && chance_.one_in(20)) {
      start_job_on(*host);
    }
    if (shares()) {
      database_.pass_time(1);
    }
    auto chosen = jobs_.begin();
    std::advance(chosen, static_cast<std::ptrdiff_t>(chance_.draw(jobs_.size())));
    disturb(**chosen);
    step(**chosen);
  }
  jobs_.clear();
  return {chance_.violation(), chance_.text(), chance_.happened(), lives_};
}

/// All that the API has had is loaded.
bool simulated_world::is_complete() const {
  const auto& pipelines = database_.committed().pipelines;
  const auto found = pipelines.find(simulated_pipeline);
  return found != pipelines.end() && found->second.complete && watermark_of(database_) == api_.eras();
}

std::size_t simulated_world::most_lives() const {
  return most_lives_of_one * eras_ * (shares() ? 2 * disks_.size() : 1);
}

std::optional<std::size_t> simulated_world::idle_host() const {
  for (std::size_t host = 0; host < disks_.size(); ++host) {
    if (std::none_of(jobs_.begin(), jobs_.end(), [&](const auto& job) { return &job->disk() == &disks_[host]; })) {
      return host;
    }
  }
  return std::nullopt;
}

simulated_job& simulated_world::start_job() {
  // Where the job runs alone it may go on anywhere; beside another one it needs a disk of its own.
  std::size_t host = chance_.one_in(8) ? 1 : 0;
  if (!jobs_.empty()) {
    host = idle_host().value();
  }
  return start_job_on(host);
}

simulated_job& simulated_world::start_job_on(std::size_t host) {
  if (++lives_ > most_lives()) {
    chance_.violate("the job does not get to its end in " + std::to_string(most_lives()) + " lives");
  }
  hosts_used_ |= 1U << host;
  const std::string name = "process " + std::to_string(lives_) + " on host " + static_cast<char>('A' + host);
  chance_.note(name, "starts");
  const bool undisturbed = chance_.faults_left() == 0 && jobs_.empty();
  if (undisturbed || (shares() && chance_.faults_left() == 0)) {
    database_.settle_all();  // an outage ends at last
  }
  jobs_.push_back(std::make_unique<simulated_job>(around_, disks_.at(host), name));
  simulated_job& job = *jobs_.back();
  undisturbed_ = undisturbed && !shares() ? &job : nullptr;
  if (write_ == disposition::replace && jobs_.size() == 1 && chance_.occurs(fault::started_over, name, 6)) {
    job.start_over();
  }
  if (shares()) {
    job.process().while_paused = [this, &job] { let_others_run(job, chance_.draw(2 * longest_pause)); };
    job.process().meanwhile = [this, &job] {
      if (chance_.one_in(shortest_time)) {
        let_others_run(job, chance_.draw(shortest_time));
      }
    };
  } else {
    job.process().while_paused = [this, &job] { let_rival_run(job); };
  }
  return job;
}

void simulated_world::disturb(simulated_job& job) {
  const std::string& name = job.process().name();
  if (job.process().dies(name)) {
    return;
  }
  if (chance_.occurs(fault::stage_killed, name)) {
    job.kill_stage();
  }
  if (chance_.occurs(fault::stop_asked, name)) {
    job.stop();
  }
  if (!shares() && jobs_.size() == 1 && chance_.occurs(fault::rival_started, name)) {
    start_job();
  }
}

void simulated_world::step(simulated_job& job) {
  if (!job.step()) {
    conclude(job);
  }
}

void simulated_world::let_rival_run(const simulated_job& paused) {
  simulated_job* rival = nullptr;
  for (const auto& job : jobs_) {
    rival = job.get() == &paused ? rival : job.get();
  }
  if (rival == nullptr) {
    rival = &start_job();
  }
  rival->process().while_paused = [] {};  // one pause at a time
  for (std::uint64_t left = chance_.draw(longest_pause); left > 0; --left) {
    if (!rival->step()) {
      conclude(*rival);
      return;
    }
  }
}

/// One process stands still, for longer than its leases last perhaps, while the others go on.
void simulated_world::let_others_run(const simulated_job& paused, std::uint64_t deliveries) {
  if (std::exchange(someone_stands_still_, true)) {
    return;
  }
  for (; deliveries > 0; --deliveries) {
    database_.pass_time(1);
    std::vector<simulated_job*> others;
    for (const auto& job : jobs_) {
      if (job.get() != &paused) {
        others.push_back(job.get());
      }
    }
    if (others.empty() && !is_complete()) {
      start_job_on(idle_host().value());
    } else if (others.empty()) {
      break;
    } else if (simulated_job& other = *others[chance_.draw(others.size())]; !other.step()) {
      conclude(other);
    }
  }
  someone_stands_still_ = false;
}

void simulated_world::conclude(simulated_job& job) {
  const std::string why = job.failure() ? std::string(": ") + job.failure()->what() : "";
  chance_.note(job.process().name(), text_of(job.ended()) + why);
  simulated_disk& disk = job.disk();
  database_.lose_clients(job.process().name());
  if (job.ended() == simulated_job::end::dead) {
    if (job.process().power_lost()) {
      lose_power(disk);
    }
  } else {
    check_end(job);
  }
  jobs_.remove_if([&](const auto& other) { return other.get() == &job; });
  if (chance_.occurs(fault::power_lost, "between two lives")) {
    lose_power(disk);
  }
  const std::string problem = shares() ? "" : problem_of_disk(disk, database_, api_);
  if (!problem.empty()) {
    chance_.violate(problem);
  }
}

void simulated_world::check_end(simulated_job& job) {
  if (job.ended() == simulated_job::end::complete) {
    const std::string problem = problem_of_completion(job.run_id(), shares() ? nullptr : &job.disk(), database_, api_);
    if (!problem.empty()) {
      chance_.violate(problem);
    }
    return;
  }
  const std::string what = job.failure() ? job.failure()->what() : "it was interrupted";
  if (!shares() && hosts_used_ == 3 && job.failure() && job.failure()->code() == errc::bad_data) {
    // Two hosts went on with the job, one of them while it could not know of the other, and have numbered their pages
    // alike. What one has loaded counts; only a person can give up what the other has in its buffer.
    chance_.note("operator", "empties the directory of " + job.process().name());
    job.disk() = simulated_disk();
    return;
  }
  if (&job == undisturbed_) {
    chance_.violate("a life without faults did not complete the job: " + what);
  }
  if (!job.failure()) {
    return;
  }
  switch (job.failure()->code()) {
    case errc::bad_data:
    case errc::config:
    case errc::internal:
    case errc::usage:
    case errc::authentication:
      chance_.violate("no fault explains this error: " + what);
      break;
    default:
      break;
  }
}

void simulated_world::lose_power(simulated_disk& disk) {
  chance_.note("disk", "forgets what was not synced");
  disk.lose_power_by([this](const std::string&) {
    constexpr std::array tails = {simulated_disk::tail::lost, simulated_disk::tail::kept, simulated_disk::tail::half,
                                  simulated_disk::tail::zeroed};
    return simulated_disk::fate{tails.at(chance_.draw(tails.size())), chance_.one_in(2)};
  });
}

simulated_history simulate(std::uint64_t seed, planted_bug bug, workers who) {
  return simulated_world(seed, bug, who).run();
}

}  // namespace ingest::testing
