#include "postgres/ledger_tables.hpp"
#include "postgres/load_session.hpp"
#include "postgres/postgres_ledger.hpp"
#include "postgres/slice_leases.hpp"
#include "postgres/sync_history.hpp"

namespace ingest {

namespace detail {

namespace {

/// Connects and does some work, once.
template <class Work>
auto once(load_session& session, std::stop_token stop, Work work) {
  try {
    auto connection = session.connect(std::move(stop));
    auto result = work(*connection);
    connection.give_back();
    return result;
  } catch (const database_error& e) {
    throw error(e);
  }
}

/// Connects, opens the target, and does some work then, as often as it takes.
template <class Work>
auto open_with_retries(load_session& session, const std::stop_token& stop, Work work) {
  database_retries retries = session.retries(stop);
  for (;;) {
    try {
      auto connection = session.connect(stop);
      const opened_target& opened = session.ensure_open(*connection, stop);
      auto result = work(*connection, opened);
      connection.give_back();
      retries.succeeded();
      return result;
    } catch (const database_error& e) {
      retries.wait_after(e, false);
    }
  }
}

/// What a standby says of watermarks may be of the past, and then slices would not be those of another process.
template <class Read>
auto read_of_primary(load_session& session, const std::stop_token& stop, Read read) {
  return open_with_retries(session, stop, [&](postgres_connection& c, const opened_target& opened) {
    c.run(c.begin("READ COMMITTED READ ONLY"));
    require_primary(c, session.database().shown());
    auto found = read(c, opened.identity.pipeline);
    c.run("COMMIT");
    return found;
  });
}

/// The ledger in one snapshot.
std::optional<ledger_view> look(const load_session& session, postgres_connection& c, std::span<const slice_id> named) {
  c.run(c.begin("REPEATABLE READ READ ONLY"));
  require_primary(c, session.database().shown());
  session.require_access(c);
  if (ledger_is_of_version_1(c)) {
    // What it would be after its migration; which is taken back.
    c.run("ROLLBACK");
    c.run(c.begin());
    create_ledger(c);
  }
  auto view = read_ledger(c, session.options().pipeline, session.table(), session.shape(), named);
  c.run("ROLLBACK");
  return view;
}

/// Names of tables are looked up as they are now, also in a snapshot. Where a run became complete since that was taken,
/// and its table took another's place, the one that is looked for is gone, and no refusal follows from that: `look`s
/// once more, until the ledger is the same before and after.
template <class Look>
std::optional<ledger_view> look_until_certain(postgres_connection& c, const std::string& pipeline, Look look) {
  constexpr std::string_view no_such_table = "42P01";
  std::optional<std::string> before;
  for (;; before = run_of(c, pipeline)) {
    try {
      auto view = look();
      if (!view || !view->refusal || before == run_of(c, pipeline)) {
        return view;
      }
    } catch (const database_error& e) {
      if (e.told().sqlstate != no_such_table || !c.usable()) {
        throw;
      }
      c.run("ROLLBACK");
      if (before == run_of(c, pipeline)) {
        throw;
      }
    }
  }
}

}  // namespace

}  // namespace detail

postgres_target::postgres_target(postgres_options o) : session_(std::make_shared<detail::load_session>(std::move(o))) {}

postgres_target::postgres_target(std::shared_ptr<detail::load_session> session) : session_(std::move(session)) {}

std::optional<ledger_view> postgres_target::peek(std::span<const slice_id> named, std::stop_token stop) const {
  try {
    auto connection = session_->connect(std::move(stop));
    const detail::slice_fences ours =
        session_->all_fences();  // what others of us claim from now on, the view may not show
    auto view = detail::look_until_certain(*connection, session_->options().pipeline,
                                           [&] { return detail::look(*session_, *connection, named); });
    const detail::opened_target* opened = session_->opened();
    const bool followed = opened != nullptr && view && view->identity.run_id != opened->identity.run_id &&
                          detail::was_followed(*connection, opened->identity.pipeline, opened->identity.run_id);
    connection.give_back();
    if (!followed) {  // else nobody is in our way: it is complete
      session_->check_still_ours(view, ours);
    }
    return view;
  } catch (const detail::database_error& e) {
    throw error(e);
  }
}

bool postgres_target::was_followed(const std::string& run_id, std::stop_token stop) const {
  return detail::once(*session_, std::move(stop), [&](detail::postgres_connection& c) {
    return detail::was_followed(c, session_->options().pipeline, run_id);
  });
}

std::string postgres_target::rehearse(std::stop_token stop) const {
  try {
    const auto connection = session_->connect(std::move(stop));
    connection->run(connection->begin());
    detail::require_writable(*connection, session_->database().shown());
    const detail::target_table target = session_->prepare(*connection, "rehearsal");
    connection->run("ROLLBACK");
    return target.created && !target.replacement ? target.identity() + " can be created"
                                                 : target.identity() + " is suitable";
  } catch (const detail::database_error& e) {
    throw error(e);
  }
}

void postgres_target::expect(run_identity who, bool replace) {
  session_->expect(std::move(who), replace);
}

void postgres_target::compare_with(known_pages known) {
  session_->compare_with(std::move(known));
}

ledger_view postgres_target::open_run(const run_identity& who, bool replace, std::stop_token stop) {
  session_->expect(who, replace);
  return detail::open_with_retries(*session_, stop,
                                   [](auto&, const detail::opened_target& opened) { return opened.ledger; });
}

std::optional<ledger_view> postgres_target::opened() const {
  const detail::opened_target* opened = session_->opened();
  return opened == nullptr ? std::nullopt : std::optional(opened->ledger);
}

bool postgres_target::is_open() const {
  return session_->opened() != nullptr;
}

std::vector<slice_progress> postgres_target::claim(std::span<const slice_id> slices, outages o, std::stop_token stop) {
  if (o == outages::are_waited_for) {
    return detail::open_with_retries(
        *session_, stop, [&](detail::postgres_connection& c, const auto&) { return session_->claim(c, slices); });
  }
  return detail::once(*session_, std::move(stop),
                      [&](detail::postgres_connection& c) { return session_->claim(c, slices); });
}

write_order postgres_target::order() const {
  return session_->shape().order();
}

bool postgres_target::replaces_rows(std::stop_token stop) {
  if (session_->options().write != disposition::replace) {
    return false;
  }
  return detail::open_with_retries(*session_, stop, [](detail::postgres_connection& c, const auto& opened) {
    return opened.target.replacement &&
           !detail::is_empty(c, detail::sql_name(c, opened.target.schema, opened.target.table));
  });
}

bool postgres_target::has_refused_emptiness() const {
  return session_->has_refused_emptiness();
}

void postgres_target::expect_slices(std::uint64_t count) {
  session_->expect_slices(count);
}

std::optional<counted_rows> postgres_target::completed() const {
  return session_->completed();
}

void postgres_target::complete_with(std::string watermark) {
  session_->complete_with(std::move(watermark));
}

void postgres_target::complete_with_slices() {
  session_->complete_with_slices();
}

void postgres_target::renew_leases(std::stop_token stop) const {
  const std::vector<slice_id> ours = session_->leased();
  if (ours.empty()) {
    return;
  }
  detail::once(*session_, std::move(stop), [&](detail::postgres_connection& c) {
    c.run(c.begin());
    detail::renew_leases(c, session_->options().pipeline, *session_->options().lease, ours);
    c.run("COMMIT");
    return true;
  });
}

void postgres_target::end_leases(std::stop_token stop) const {
  const std::vector<slice_id> ours = session_->leased();
  if (ours.empty()) {
    return;
  }
  detail::once(*session_, std::move(stop), [&](detail::postgres_connection& c) {
    c.run(c.begin());
    detail::end_leases(c, session_->options().pipeline, session_->options().lease->worker, ours);
    c.run("COMMIT");
    return true;
  });
}

void postgres_target::end_transactions_of_lost(std::stop_token stop) const {
  detail::once(*session_, std::move(stop), [&](detail::postgres_connection& c) {
    detail::end_transactions_of_lost(c, session_->options().pipeline, session_->options().lease->term);
    return true;
  });
}

work_left postgres_target::look_for_work(const std::string& run_id, std::stop_token stop) const {
  return detail::once(*session_, std::move(stop), [&](detail::postgres_connection& c) {
    return detail::look_for_work(c, session_->options().pipeline, run_id,
                                 session_->options().lease ? session_->options().lease->worker : "");
  });
}

void postgres_target::remember_failure(const std::string& run_id, int exit_code, const std::string& why,
                                       std::stop_token stop) const {
  detail::once(*session_, std::move(stop), [&](detail::postgres_connection& c) {
    detail::remember_failure(c, session_->options().pipeline, run_id, exit_code, why);
    return true;
  });
}

std::optional<std::map<std::string, std::string>> postgres_target::watermarks(const std::string& stream,
                                                                              std::size_t most, std::stop_token stop) {
  return detail::read_of_primary(*session_, stop, [&](detail::postgres_connection& c, const std::string& pipeline) {
    return detail::read_watermarks(c, pipeline, stream, most);
  });
}

std::optional<std::string> postgres_target::watermark(const std::string& stream, const std::string& partition,
                                                      std::stop_token stop) {
  return detail::read_of_primary(*session_, stop, [&](detail::postgres_connection& c, const std::string& pipeline) {
    return detail::read_watermark(c, pipeline, stream, partition);
  });
}

}  // namespace ingest
