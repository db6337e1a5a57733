#include "postgres/postgres_run.hpp"

#include <algorithm>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "postgres/grants.hpp"
#include "postgres/ledger_tables.hpp"
#include "postgres/libpq_connection.hpp"
#include "postgres/postgres_ledger.hpp"

namespace ingest::detail {

postgres_run::postgres_run(postgres_options o, connection_factory connect, table_shape shape)
    : options_(std::move(o)),
      database_(options_.url),
      table_(table_name::parse(options_.table)),
      shape_(std::move(shape)),
      connect_(std::move(connect)),
      outages_(database_.shown()),
      connections_([this](std::stop_token stop) { return make_connection(std::move(stop)); }),
      rejects_(options_.rejects_file, options_.pipeline) {
  if (options_.pipeline.empty() || options_.pipeline.find('\0') != std::string::npos) {
    throw error(errc::config, "the pipeline has no name: set `pipeline`");
  }
}

std::unique_ptr<postgres_connection> postgres_run::make_connection(std::stop_token stop) {
  const std::string application = "ingest/" + options_.pipeline;
  const libpq_connection::limits limits{options_.connect_timeout, options_.io_timeout};
  auto made = connect_ ? connect_(application, std::move(stop))
                       : std::make_unique<libpq_connection>(database_, application, limits, std::move(stop));
  outages_.connected();
  return made;
}

void postgres_run::expect(run_identity who, bool replace) {
  if (who.pipeline != options_.pipeline) {
    throw error(
        errc::internal,
        "a run of pipeline \"" + who.pipeline + "\" was given to the database target of \"" + options_.pipeline + "\"",
        false);
  }
  const std::lock_guard lock(mutex_);
  if (opened_ && opened_->identity != who) {
    throw error(errc::internal, "the database target is open for another run", false);
  }
  expected_ = {std::move(who), replace, known_pages_};
}

void postgres_run::compare_with(known_pages pages) {
  const std::lock_guard lock(mutex_);
  known_pages_ = std::move(pages);
}

const opened_run& postgres_run::ensure_open(postgres_connection& c, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [this] { return !opening_; })) {
    throw_if_stopped(stop);
  }
  if (opened_) {
    return *opened_;
  }
  if (!expected_) {
    throw error(errc::internal, "the database target was not told which run to load", false);
  }
  opening_ = true;
  const expectation e = *expected_;
  lock.unlock();
  std::optional<opened_run> result;
  std::exception_ptr failure;
  try {
    result = open(c, e);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  opening_ = false;
  changed_.notify_all();
  if (failure) {
    std::rethrow_exception(failure);
  }
  opened_ = std::move(result);
  return *opened_;
}

void postgres_run::require_access(postgres_connection& c) const {
  check_ledger_shape(c);
  require_grants(c, table_, shape_);
}

opened_run postgres_run::open(postgres_connection& c, const expectation& e) const {
  c.run(c.begin());
  target_table target = prepare(c);
  ledger_view ledger = take_over(c, e.identity, target, e.replace, e.pages && e.pages->yields);
  if (e.pages) {
    check_same_pages(c, e.identity.pipeline, ledger, *e.pages);
  }
  // Should this answer get lost, opening again raises the fence once more, which harms nobody.
  c.execute("COMMIT");
  if (target.created) {
    log::info(events::table_created, "created table " + target.identity(), {{"table", target.identity()}});
  }
  return {e.identity, std::move(ledger), std::move(target)};
}

const opened_run* postgres_run::opened() const {
  const std::lock_guard lock(mutex_);
  return opened_ ? &*opened_ : nullptr;
}

std::string postgres_run::first_transaction(postgres_connection& c) {
  {
    const std::lock_guard lock(mutex_);
    if (first_transaction_) {
      return *first_transaction_;
    }
  }
  // Two loaders may both ask: they get the same answer.
  const std::string asked = detail::first_transaction(c, options_.pipeline);
  const std::lock_guard lock(mutex_);
  first_transaction_ = asked;
  return asked;
}

void postgres_run::note_loaded(page_id last) {
  const std::lock_guard lock(mutex_);
  last_loaded_ = std::max(last_loaded_, last);
}

page_id postgres_run::last_page() const {
  const std::lock_guard lock(mutex_);
  return std::max(last_loaded_, known_pages_ ? known_pages_->last : 0);
}

void postgres_run::complete_once(const std::function<void()>& work) {
  const std::lock_guard one_at_a_time(completing_);
  if (!completed_) {
    work();
    completed_ = true;
  }
}

refused_alike postgres_run::last_refused() const {
  const std::lock_guard lock(mutex_);
  return last_refused_;
}

void postgres_run::note_committed(const load_outcome& done) {
  const std::lock_guard lock(mutex_);
  if (!done.rejected.empty() && first_reject_.empty()) {
    first_reject_ = done.rejected.front().message + " (SQLSTATE " + done.rejected.front().sqlstate + ")";
  }
  if (!done.table_took_some && done.last.sqlstate == last_refused_.sqlstate) {
    last_refused_.rows += done.last.rows;
  } else if (done.table_took_some || done.last.rows > 0) {
    last_refused_ = done.last;
  }
}

std::string postgres_run::first_reject() const {
  const std::lock_guard lock(mutex_);
  return first_reject_;
}

void postgres_run::check_rejects(std::uint64_t rejected, const rejected_row& last) const {
  if (rejected <= options_.reject_limit) {
    return;
  }
  throw error(errc::bad_data, "the table refuses more rows than the limit of " + std::to_string(options_.reject_limit) +
                                  " allows; see " + options_.rejects_file.string() + ". Row " +
                                  std::to_string(last.row) + " of page " + std::to_string(last.of->id) + ": " +
                                  last.message + " (SQLSTATE " + last.sqlstate + ")");
}

}  // namespace ingest::detail
