#include "processes/process_source.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::processes {

namespace {

/// Anew, and for nobody else's eyes.
std::filesystem::path write_file(const std::filesystem::path& path, std::string_view text) {
  file_system& files = posix_file_system();
  files.remove(path);
  files.create(path)->append(text);
  return path;
}

}  // namespace

void process_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  stop_ = std::move(stop);
  if (position && options_.replay == record_replay::is_impossible) {
    throw error(errc::config, options_.command.name() +
                                  " cannot be read on from where it stood, as nothing keeps what it had given: begin "
                                  "anew");
  }
  if (position) {
    position_ = process_position::parse(*position);
  } else {
    const std::string begin = options_.first_position ? options_.first_position(stop_) : "";
    position_ = begin.empty() ? process_position() : process_position::parse_watermark(begin);
  }
  if (!position && position_.has_all && holds_back() && !options_.replaces) {
    throw error(
        errc::config,
        "the run before has read everything, and left no state from which the process would go on with what is "
        "new: all would be there twice. Empty the table and start over with `start_over()`, or give it a `typed.key`");
  }
  if (holds_back()) {
    options_.spool->begin(position_.spool);
  }
  page_begun_ = clock::now();
}

void process_source::start_process() {
  messages_ = options_.messages();
  const auto catalog = write_file(options_.directory / "catalog.json", options_.catalog);
  const auto state = position_.state.empty() ? std::filesystem::path()
                                             : write_file(options_.directory / "state.json", position_.state);
  process_options o = options_.limits;
  o.words = options_.command.read(catalog, state);
  o.name = options_.command.name();
  process_ = std::make_unique<process>(std::move(o), stop_);
}

std::optional<batch> process_source::read() {
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  try {
    return read_page();
  } catch (const error& e) {
    // What came before it is as good as ever, and a process that always fails in the end gets on like that.
    if (e.code() == errc::cancelled || (ready_records_ == 0 && !moved_)) {
      throw;
    }
    failure_ = std::current_exception();
    return cut();
  }
}

std::optional<batch> process_source::read_page() {
  for (;;) {
    if (position_.spool) {
      return read_spool();
    }
    if (!process_) {
      start_process();
    }
    std::string_view line;
    const auto how = process_->next(line, options_.page_time);
    if (how == process::reading::end) {
      return finish();
    }
    if (how == process::reading::line) {
      if (auto page = take(messages_->read(line))) {
        return page;
      }
    }
    if (is_due()) {
      return cut();
    }
  }
}

std::optional<batch> process_source::take(const message& m) {
  if (m.version) {
    take_version(*m.version);
  }
  switch (m.what) {
    case message::kind::record:
    case message::kind::refused:
      take_record(m);
      return std::nullopt;
    case message::kind::state:
      return take_state(m.state);
    case message::kind::version:
    case message::kind::nothing:
      return std::nullopt;
  }
  return std::nullopt;
}

void process_source::take_record(const message& m) {
  std::string& lines = holds_back() ? open_ : ready_;
  if (m.what == message::kind::record) {
    options_.encoder->append(m.key.text(scratch_), m.record, lines);
  } else if (options_.set_aside) {
    options_.encoder->append_refused(m.reason, m.record, lines);
  } else {
    throw error(errc::bad_data, options_.command.name() + " has written a record that is none: " +
                                    std::string(m.reason) + ": " + log::redact(m.record.substr(0, 300)));
  }
  if (!holds_back()) {
    ++ready_records_;
    return;
  }
  ++open_records_;
  if (open_.size() > options_.page_bytes) {
    hold_back();
  }
}

void process_source::hold_back() {
  if (!options_.spool->is_being_written()) {
    options_.spool->create();
  }
  options_.spool->append(open_);
  open_.clear();
}

std::optional<batch> process_source::take_state(std::string_view state) {
  if (!options_.states_count || options_.replay == record_replay::is_impossible) {
    return std::nullopt;
  }
  if (!holds_back()) {
    position_.state = state;
    moved_ = true;
    return std::nullopt;
  }
  process_position behind = position_;
  behind.state = state;
  behind.has_all = false;
  return end_interval(std::move(behind), false);
}

/// Another version: the source has begun anew with the stream, and gives all of its records once more.
void process_source::take_version(std::int64_t version) {
  if (position_.version == version) {
    return;
  }
  if (position_.version && holds_back() && !options_.replaces) {
    throw error(errc::config, "the stream's version was " + std::to_string(*position_.version) + " and is " +
                                  std::to_string(version) +
                                  " now: all of its records come anew, and would be there twice. Empty the table and "
                                  "start over with `start_over()`, or give it a `typed.key`");
  }
  if (position_.version && !options_.replaces) {
    log::warning(events::process_version,
                 "the source gives all records of the stream anew, in another version: rows of the version before that "
                 "it has no more stay in the table; only a run that replaces the table removes them",
                 {{"process", options_.command.name()}, {"version", version}});
  }
  position_.version = version;
}

/// All that was held back may be given out now, and nothing of it comes again from `behind` on.
std::optional<batch> process_source::end_interval(process_position behind, bool is_last) {
  std::optional<batch> before;
  open_records_ = 0;
  if (options_.spool->is_being_written()) {
    hold_back();
    behind.spool = options_.spool->finish(is_last);
    if (!ready_.empty()) {
      before = cut();
    }
  } else {
    ready_records_ += static_cast<std::uint64_t>(std::count(open_.begin(), open_.end(), '\n'));
    ready_ += open_;
    open_.clear();
  }
  position_ = std::move(behind);
  moved_ = true;
  return before;
}

bool process_source::is_due() const {
  return ready_.size() >= options_.page_bytes ||
         ((ready_records_ > 0 || moved_) && clock::now() - page_begun_ >= options_.page_time);
}

batch process_source::cut() {
  batch page;
  page.records = std::exchange(ready_records_, 0);
  page.data = std::make_shared<const std::string>(std::exchange(ready_, {}));
  if (options_.replay != record_replay::is_impossible) {
    page.position = position_.to_text();
  }
  if (holds_back()) {
    options_.spool->note_given(page.bytes().size(), "");
  }
  moved_ = false;
  page_begun_ = clock::now();
  return page;
}

batch process_source::read_spool() {
  spool_place& from = *position_.spool;
  batch page;
  page.data = std::make_shared<const std::string>(options_.spool->read(from, options_.page_bytes));
  page.records = static_cast<std::uint64_t>(std::count(page.data->begin(), page.data->end(), '\n'));
  const bool is_over = from.at == from.end;
  page.last = is_over && from.is_last;
  options_.spool->note_given(page.bytes().size(), is_over ? from.file : "");
  if (is_over) {
    position_.spool.reset();
  }
  page.position = position_.to_text();
  moved_ = false;
  page_begun_ = clock::now();
  return page;
}

batch process_source::finish() {
  messages_->check_end();
  require_word_of_stream();
  if (const std::string others = messages_->passed_over(); !others.empty()) {
    log::warning(events::process_passed_over, "passed over: " + others, {{"process", options_.command.name()}});
  }
  process_.reset();
  if (holds_back()) {
    return finish_held_back();
  }
  position_.has_all = !options_.states_count;
  batch page = cut();
  page.last = true;
  return page;
}

/// Nothing was given, and it takes the place of all that is there.
void process_source::require_word_of_stream() const {
  if (messages_->has_spoken_of_stream() || !options_.replaces_rows || !options_.replaces_rows(stop_)) {
    return;
  }
  throw error(errc::bad_data,
              options_.command.name() +
                  " has ended with exit code 0 and has said nothing of the stream, neither a schema nor "
                  "a status, and what it gives takes the place of a table that has rows: it is left as "
                  "it is. Look at what the process is handed (its settings, `CATALOG`); if the source "
                  "has no records any more, empty the table by hand");
}

batch process_source::finish_held_back() {
  const bool has_open = open_records_ > 0;
  if (has_open && options_.states_count && !options_.replaces) {
    throw error(
        errc::bad_data,
        options_.command.name() + " has written " + std::to_string(open_records_) +
            " records and no STATE behind them: the next run would be given them again, and without a key nobody "
            "could tell. Give the table a `typed.key`, or have a run replace it");
  }
  process_position behind = position_;
  if (has_open || !options_.states_count) {
    behind.state.clear();
    behind.has_all = true;
  }
  if (auto before = end_interval(std::move(behind), true)) {
    return *std::move(before);
  }
  if (position_.spool) {
    return read_spool();
  }
  batch page = cut();
  page.last = true;
  return page;
}

void process_source::close() noexcept {
  process_.reset();
  if (options_.spool) {
    options_.spool->abandon();
  }
}

}  // namespace ingest::processes
