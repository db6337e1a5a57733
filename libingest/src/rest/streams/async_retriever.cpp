#include "rest/streams/async_retriever.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::rest {

async_retriever::async_retriever(std::shared_ptr<const job_reading> stream, stream_slice slice,
                                 std::unique_ptr<record_watch> watch, bool may_repeat)
    : stream_(std::move(stream)), slice_(std::move(slice)), watch_(std::move(watch)), may_repeat_(may_repeat) {}

void async_retriever::open(const std::optional<std::string>& position) {
  at_ = position ? job_position::from_text(*position) : job_position();
  attempts_ = 0;
  searched_again_ = polled_again_ = fetched_again_ = false;
  slot_.free();
  download_.reset();
  guard_.reset();
  if (at_.created && !at_.completed) {
    slot_ = stream_->slots->take_for_running();
  }
  if (watch_) {
    watch_->resume(at_.observed.value_or(value()));
  }
}

std::optional<stream_page> async_retriever::read(const std::stop_token& stop) {
  if (at_.ended) {
    return std::nullopt;
  }
  throw_if_stopped(stop);
  if (!at_.created) {
    return create(stop);
  }
  if (!at_.completed) {
    return await(stop);
  }
  return at_.files.empty() ? clear_away(stop) : fetch(stop);
}

stream_page async_retriever::create(const std::stop_token& stop) {
  check_anew("has been given up");
  if (!slot_) {
    slot_ = stream_->slots->take(stop);
  }
  for (;;) {
    try {
      at_.created = stream_->jobs->create(slice_, stop);
      break;
    } catch (const error& fault) {
      if (!fault.transient()) {
        slot_.free();
        throw;
      }
      give_up(std::string("could not be created: ") + fault.what(), stop);
    }
  }
  at_.until_ms = now_ms() + stream_->job_timeout.count();
  log::debug(events::job_created, names() + ": a job was created");
  return page_of();
}

stream_page async_retriever::await(const std::stop_token& stop) {
  for (;;) {
    const auto job = stream_->jobs->poll(slice_, at_, stop);
    if (!job) {
      give_up("is not known to the API any more", stop);
      return page_of();
    }
    if (has_ended(*job, stop)) {
      return page_of();
    }
    // A clock that was set back makes nobody wait for longer.
    at_.until_ms = std::min(at_.until_ms, now_ms() + stream_->job_timeout.count());
    wait(poll_interval, stop);
  }
}

bool async_retriever::has_ended(const polled_job& job, const std::stop_token& stop) {
  switch (job.status) {
    case job_status::completed:
      if (lacks_files(job, stop)) {
        return false;
      }
      complete(job);
      return true;
    case job_status::skipped:
      log::info(events::job_without_files, names() + ": the job was skipped (" + job.word + "): there are no records");
      slot_.free();
      at_.forget_job();
      at_.ended = true;
      return true;
    case job_status::failed:
      give_up("has failed (" + job.word + ")", stop, stream_->wait_after_failure);
      return true;
    case job_status::running:
      if (now_ms() < at_.until_ms) {
        return false;
      }
      break;
    case job_status::timed_out:
      break;
  }
  stream_->jobs->abort(slice_, at_, stop);
  give_up(job.status == job_status::running ? "was not complete in time" : "has run out of time (" + job.word + ")",
          stop);
  return true;
}

/// Some APIs name the files a little later than they call a job complete.
bool async_retriever::lacks_files(const polled_job& job, const std::stop_token& stop) {
  if (job.files_found) {
    stream_->place_was_found->store(true);
    return false;
  }
  if (!std::exchange(polled_again_, true)) {
    return true;
  }
  if (!stream_->place_was_found->load() && stream_->replaces_rows && stream_->replaces_rows(stop)) {
    refuse_to_empty(stream_->where, *stream_->jobs->place_of_files());
  }
  tell_missing_files(stream_->where, *stream_->jobs->place_of_files(), *stream_->told);
  return false;
}

void async_retriever::complete(const polled_job& job) {
  slot_.free();
  at_.completed = job.result;
  at_.files = job.files;
  if (at_.files.empty()) {
    log::info(events::job_without_files, names() + ": the job is complete and names no file, so there are no records");
  }
}

/// The job is none any more: the next page is of another one. Its slot is kept for that.
void async_retriever::give_up(const std::string& why, const std::stop_token& stop, std::chrono::milliseconds wait_for) {
  check_anew(why);
  at_.forget_job();
  download_.reset();
  guard_.reset();
  searched_again_ = polled_again_ = fetched_again_ = false;
  if (++attempts_ >= most_attempts) {
    slot_.free();
    // Another attempt at once would be the fourth.
    throw error(errc::unavailable,
                names() + ": the job " + why + "; given up after " + std::to_string(attempts_) + " attempts", false);
  }
  log::info(events::job_given_up, names() + ": the job " + why + ", and will be made anew",
            {{"wait_ms", wait_for.count()}, {"attempt", attempts_}});
  wait(wait_for, stop);
}

void async_retriever::check_anew(const std::string& why) const {
  if (at_.given && !may_repeat_) {
    throw error(errc::bad_data, names() + ": the job " + why +
                                    ", after records of it were read, which would be there twice if it were made anew: "
                                    "give the stream a key, or read it anew from its beginning");
  }
}

stream_page async_retriever::clear_away(const std::stop_token& stop) {
  stream_->jobs->remove(slice_, at_, stop);
  at_.forget_job();
  at_.ended = true;
  return page_of();
}

stream_page async_retriever::page_of(record_texts records) {
  stream_page page;
  page.records = std::move(records);
  if (watch_) {
    page.observed = watch_->observed();
    at_.observed = page.observed.is_none() ? std::nullopt : std::optional(page.observed);
  }
  page.last = at_.ended;
  page.position = at_.to_text();
  return page;
}

void async_retriever::wait(std::chrono::milliseconds duration, const std::stop_token& stop) const {
  if (!stream_->time.wait(duration, stop)) {
    throw error(errc::cancelled, "stop requested while waiting for a job");
  }
}

std::int64_t async_retriever::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(stream_->time.wall().time_since_epoch()).count();
}

std::string async_retriever::names() const {
  return stream_->where + ", slice " + slice_.name();
}

}  // namespace ingest::rest
