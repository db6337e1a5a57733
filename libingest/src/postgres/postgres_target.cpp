#include "postgres/ledger_tables.hpp"
#include "postgres/postgres_ledger.hpp"
#include "postgres/postgres_run.hpp"

namespace ingest {

namespace detail {

namespace {

/// Connects and does some work, once.
template <class Work>
auto once(postgres_run& run, std::stop_token stop, Work work) {
  try {
    auto connection = run.connect(std::move(stop));
    auto result = work(*connection);
    connection.give_back();
    return result;
  } catch (const database_error& e) {
    throw error(e);
  }
}

/// Connects, opens the target, and does some work then, as often as it takes.
template <class Work>
auto open_with_retries(postgres_run& run, const std::stop_token& stop, Work work) {
  database_retries retries = run.retries(stop);
  for (;;) {
    try {
      auto connection = run.connect(stop);
      const opened_run& opened = run.ensure_open(*connection, stop);
      auto result = work(*connection, opened);
      connection.give_back();
      retries.succeeded();
      return result;
    } catch (const database_error& e) {
      retries.wait_after(e, false);
    }
  }
}

}  // namespace

}  // namespace detail

postgres_target::postgres_target(postgres_options o) : run_(std::make_shared<detail::postgres_run>(std::move(o))) {}

postgres_target::postgres_target(std::shared_ptr<detail::postgres_run> run) : run_(std::move(run)) {}

std::optional<ledger_view> postgres_target::peek(std::span<const slice_id> named, std::stop_token stop) const {
  try {
    auto connection = run_->connect(std::move(stop));
    const detail::slice_fences ours = run_->all_fences();  // what others of us claim from now on, the view may not show
    // One snapshot for all its statements.
    connection->run(connection->begin("REPEATABLE READ READ ONLY"));
    detail::require_primary(*connection, run_->database().shown());
    run_->require_access(*connection);
    if (detail::ledger_is_of_version_1(*connection)) {
      // What it would be after its migration; which is taken back.
      connection->run("ROLLBACK");
      connection->run(connection->begin());
      detail::create_ledger(*connection);
    }
    auto view = detail::read_ledger(*connection, run_->options().pipeline, run_->table(), named);
    const detail::opened_run* opened = run_->opened();
    const bool followed = opened != nullptr && view && view->identity.run_id != opened->identity.run_id &&
                          detail::was_followed(*connection, opened->identity.pipeline, opened->identity.run_id);
    connection->run("ROLLBACK");
    connection.give_back();
    if (!followed) {  // else nobody is in our way: it is complete
      run_->check_still_ours(view, ours);
    }
    return view;
  } catch (const detail::database_error& e) {
    throw error(e);
  }
}

bool postgres_target::was_followed(const std::string& run_id, std::stop_token stop) const {
  return detail::once(*run_, std::move(stop), [&](detail::postgres_connection& c) {
    return detail::was_followed(c, run_->options().pipeline, run_id);
  });
}

std::string postgres_target::rehearse(std::stop_token stop) const {
  try {
    const auto connection = run_->connect(std::move(stop));
    connection->run(connection->begin());
    detail::require_writable(*connection, run_->database().shown());
    const detail::target_table target = run_->prepare(*connection);
    connection->run("ROLLBACK");
    return target.created ? target.identity() + " can be created" : target.identity() + " is suitable";
  } catch (const detail::database_error& e) {
    throw error(e);
  }
}

void postgres_target::expect(run_identity who, bool replace) {
  run_->expect(std::move(who), replace);
}

void postgres_target::compare_with(known_pages known) {
  run_->compare_with(std::move(known));
}

ledger_view postgres_target::open_run(const run_identity& who, bool replace, std::stop_token stop) {
  run_->expect(who, replace);
  return detail::open_with_retries(*run_, stop, [](auto&, const detail::opened_run& opened) { return opened.ledger; });
}

std::optional<ledger_view> postgres_target::opened() const {
  const detail::opened_run* opened = run_->opened();
  return opened == nullptr ? std::nullopt : std::optional(opened->ledger);
}

bool postgres_target::is_open() const {
  return run_->opened() != nullptr;
}

std::vector<slice_progress> postgres_target::claim(std::span<const slice_id> slices, outages o, std::stop_token stop) {
  if (o == outages::are_waited_for) {
    return detail::open_with_retries(
        *run_, stop, [&](detail::postgres_connection& c, const auto&) { return run_->claim(c, slices); });
  }
  return detail::once(*run_, std::move(stop), [&](detail::postgres_connection& c) { return run_->claim(c, slices); });
}

void postgres_target::expect_slices(std::uint64_t count) {
  run_->expect_slices(count);
}

void postgres_target::complete_with(std::string watermark) {
  run_->complete_with(std::move(watermark));
}

}  // namespace ingest
