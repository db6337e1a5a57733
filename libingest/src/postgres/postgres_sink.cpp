#include <algorithm>
#include <map>
#include <set>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "postgres/column_type.hpp"
#include "postgres/initial_load.hpp"
#include "postgres/ledger_rows.hpp"
#include "postgres/load_session.hpp"
#include "postgres/lost_transaction.hpp"
#include "postgres/postgres_ledger.hpp"
#include "postgres/range_load.hpp"
#include "postgres/replacement.hpp"
#include "postgres/row_keys.hpp"
#include "postgres/table_checks.hpp"

namespace ingest {

namespace detail {

namespace {

std::uint64_t rows_of(const batch& b) {
  std::uint64_t rows = 0;
  for (const page& p : b.pages) {
    rows += p.rows;
  }
  return rows;
}

std::pair<slice_id, page_id> page_key(const page& p) {
  return {p.slice, p.id};
}

/// That is what the source says, and may be what it says by mistake.
void look_at_emptying(postgres_connection& c, load_session& session, const std::string& pipeline,
                      const target_table& table) {
  if (!table_exists(c, table.quoted) || !is_empty(c, table.quoted)) {
    return;
  }
  if (const auto slices = slices_without_word(c, pipeline, table)) {
    session.note_refused_emptiness();
    throw error(
        errc::bad_data,
        "of the " + *slices + " slices of this run none has brought a record, and of none an answer has said " +
            "without doubt that it has none: " + table.identity() +
            ", which has rows, is left as it is, and the next run asks for all of them again. If the source has "
            "no records any more, empty the table by hand, or say by a response filter with the action IGNORE "
            "which answers mean that; else mend where the stream looks for records");
  }
  log::warning(events::table_emptied, "the run has brought no rows, and " + table.identity() + " is empty from now on",
               {{"table", table.identity()}});
}

keys_changed rules_changed(const target_table& table) {
  return keys_changed("somebody has altered " + table.identity() + ", so that other rows may be in each other's way");
}

bool lacks_version(const target_table& table) {
  return table.shape.write == disposition::merge && !table.shape.version.empty() && !table.shape.has_version();
}

error no_version(const target_table& table) {
  return error(errc::bad_data,
               "no record has had the field " + table.shape.version +
                   ", which is to tell the newer one (`typed.version`), or the table could get no column "
                   "for it: name the field that does, or leave it out");
}

/// Versions that the column has rounded to the same say nothing of which is newer. Less than a microsecond of a time is
/// nobody's version.
void require_order(const target_table& table, const kept_apart& apart) {
  const table_shape& shape = table.shape;
  for (std::size_t i = 0; shape.has_version() && i < apart.misfits.size(); ++i) {
    const shape_column& column = shape.columns[i];
    if (column.name == shape.version && apart.misfits[i].rounded &&
        column.type != find_column_type("timestamptz")->name) {
      throw error(errc::bad_data, "values of " + column.name + ", which tell the newer record (`typed.version`), are " +
                                      "rounded by the column's type, " + column.type + ", such as " +
                                      apart.misfits[i].example + ", so that an older one could take the place of a " +
                                      "newer one: ALTER TABLE " + table.identity() + " ALTER COLUMN " + column.name +
                                      " TYPE timestamptz, or numeric, and go on");
    }
  }
}

class postgres_sink final : public sink {
 public:
  postgres_sink(std::shared_ptr<load_session> session, std::size_t loader, bool completes_run)
      : session_(std::move(session)), loader_(loader), completes_run_(completes_run) {}

  void open(std::stop_token stop) override { stop_ = std::move(stop); }
  std::optional<record_keys> keys(const batch& records) override;
  write_outcome write(const batch& records) override;
  void finalize() override;
  void abort(const error&) override { connection_.close(); }

 private:
  template <class Work>
  auto with_retries(Work work);
  const opened_target& connect();
  void disconnect();
  write_outcome load(const opened_target& opened, const batch& records);
  std::optional<write_outcome> load_into(const std::shared_ptr<const target_table>& table, const opened_target& opened,
                                         const batch& records);
  void tell_of_lacking_version(const target_table& table);
  void leave_transaction();
  void settle(const opened_target& opened, const range_load::outcome& done, const page& first);
  void set_aside(const std::vector<rejected_row>& rows, std::string_view event, const std::string& what);
  void begin(server_transaction begun);
  void commit();
  write_outcome count(const range_load::outcome& done, const batch& records);
  bool is_left_to_others(const opened_target& opened);
  counted_rows complete(const opened_target& opened, removed_rows& removed);

  const std::shared_ptr<load_session> session_;
  const std::size_t loader_;
  const bool completes_run_;
  std::stop_token stop_;
  connection_pool::lease connection_;
  std::optional<server_transaction> transaction_;  // that is open
  bool commit_sent_ = false;
  std::optional<lost_transaction> lost_;
  unsigned attempt_ = 1;                             // at the piece of work that is going on
  std::optional<range_load::outcome> unanswered_;    // of a transaction whose COMMIT got no answer
  std::shared_ptr<const target_table> loaded_into_;  // by that transaction
  copy_rows rows_;
  std::map<std::pair<slice_id, page_id>, row_keys> told_;  // by what keys were told, by the first page of the batch
  std::set<std::pair<std::uint64_t, std::uint64_t>> set_aside_;  // rows of the current write that are in the rejects
                                                                 // file: the offset of their page, their number
};

/// Runs `work` over a connection, again and again while only outages and other sessions are in its way.
template <class Work>
auto postgres_sink::with_retries(Work work) {
  database_retries retries = session_->retries(stop_);
  unanswered_.reset();
  for (attempt_ = 1;; ++attempt_) {
    try {
      const opened_target& opened = connect();
      const auto result = work(opened);
      transaction_.reset();
      connection_.give_back();
      retries.succeeded();
      return result;
    } catch (const database_error& e) {
      disconnect();
      retries.wait_after(e, unanswered_.has_value());
    } catch (const error& e) {
      disconnect();
      if (e.code() != errc::no_space) {
        throw;
      }
      retries.wait_for_room(e);
    } catch (...) {
      disconnect();
      throw;
    }
  }
}

const opened_target& postgres_sink::connect() {
  throw_if_stopped(stop_);
  connection_ = session_->connect(stop_);
  if (lost_) {
    settle_lost(*connection_, *lost_, session_->database().shown());
    lost_.reset();
  }
  return session_->ensure_open(*connection_, stop_);
}

void postgres_sink::disconnect() {
  if (transaction_ && !connection_->usable()) {
    lost_ = {*transaction_, commit_sent_};
  }
  transaction_.reset();
  connection_.close();
}

/// Before somebody has looked at the table, nobody knows what its key is.
std::optional<record_keys> postgres_sink::keys(const batch& records) {
  const auto table = session_->live().now();
  if (!table) {
    return std::nullopt;
  }
  row_keys by(*table);
  rows_.assign(records, records.pages);
  auto told = by.of(rows_);
  if (told) {
    told_.insert_or_assign(page_key(records.pages.front()), std::move(by));
  }
  return told;
}

write_outcome postgres_sink::write(const batch& records) {
  if (records.pages.empty()) {
    throw error(errc::internal,
                "the PostgreSQL sink needs batches that consist of pages: give the pipeline a durable buffer", false);
  }
  set_aside_.clear();
  rows_.assign(records, records.pages);
  const write_outcome done = with_retries([&](const opened_target& opened) { return load(opened, records); });
  told_.erase(page_key(records.pages.front()));
  return done;
}

write_outcome postgres_sink::load(const opened_target& opened, const batch& records) {
  metrics& counters = *session_->options().counters;
  const std::uint64_t began = counters.elapsed_us();
  std::uint64_t never = 0;
  counters.first_load_us.compare_exchange_strong(never, began);
  for (;;) {
    if (const auto outcome = load_into(session_->live().now(), opened, records)) {
      counters.load_us += counters.elapsed_us() - began;
      return *outcome;
    }
  }
}

/// Nothing where the table is not, or shall not stay, as it is `table`: nothing of the range has happened then.
std::optional<write_outcome> postgres_sink::load_into(const std::shared_ptr<const target_table>& table,
                                                      const opened_target& opened, const batch& records) {
  const slice_fences fences = session_->fences_of(*connection_, records.pages);
  auto in_use = session_->live().use();
  metrics& counters = *session_->options().counters;
  const std::uint64_t began = counters.elapsed_us();
  begin(begin_loading(*connection_, opened.identity, fences));
  const std::vector<page> ours = claim_pages(*connection_, opened.identity.pipeline, records.pages);
  if (ours.empty()) {
    connection_->run("ROLLBACK");
    return unanswered_ ? count(*unanswered_, records) : write_outcome{.rows_already_loaded = rows_of(records)};
  }
  unanswered_.reset();
  const auto told = told_.find(page_key(records.pages.front()));
  if (told != told_.end() && told->second != row_keys(*table)) {
    told_.erase(told);
    throw rules_changed(*table);
  }
  if (table->shape.in_order() && told == told_.end()) {
    require_predecessors(*connection_, opened.identity.pipeline, ours);
  }
  // Nobody alters it from here on. What was made for a type that a column had before would be read as another value.
  connection_->execute("SELECT FROM " + table->quoted + " LIMIT 0");
  if (table_fingerprint(*connection_, table->quoted) != table->fingerprint ||
      (table->rows_stand_alone && !rows_stand_alone(*connection_, table->quoted))) {
    leave_transaction();
    in_use.unlock();
    session_->look_at_table_again(*connection_, table);
    return std::nullopt;
  }
  if (rows_.pages() != ours || !rows_.is_whole()) {
    rows_.assign(records, ours);
  }
  rows_.set_ambiguous_ids_apart(table->type_of_line_key(), table->longest_id);
  load_terms terms{session_->limits_rejects(), session_->last_refused(), opened.first_transaction};
  range_load::outcome done = range_load(*connection_, *table, rows_, attempt_, std::move(terms)).run();
  if (done.apart.new_members) {
    leave_transaction();
    in_use.unlock();
    session_->live().add_columns(*connection_, rows_, table);
    return std::nullopt;
  }
  if (lacks_version(*table) && done.loaded > 0) {
    tell_of_lacking_version(*table);
  }
  require_order(*table, done.apart);
  settle(opened, done, ours.front());
  std::vector<slice_id> slices;
  for (const auto& [slice, fence] : fences) {
    slices.push_back(slice);
  }
  const std::vector<slice_id> ended = fold(*connection_, opened.identity.pipeline, slices);
  unanswered_ = std::move(done);
  loaded_into_ = table;
  commit();
  session_->note_ended(ended);
  counters.transaction_duration.add(counters.elapsed_us() - began);
  counters.last_load_us = std::max(counters.last_load_us.load(), counters.elapsed_us());
  return count(*unanswered_, records);
}

/// A version that comes later is newer than none. Where none can come, or all is loaded and none has, nothing tells
/// which record is the newer one.
void postgres_sink::tell_of_lacking_version(const target_table& table) {
  if (!table.shape.wants_column(table.shape.version)) {
    throw no_version(table);
  }
  if (session_->tells_of_lacking_version()) {
    log::warning(events::version_missing,
                 "no record has had the field " + table.shape.version +
                     " yet, which is to tell the newer one: if none has it in the end, the run fails",
                 {{"table", table.identity()}});
  }
}

void postgres_sink::leave_transaction() {
  connection_->run("ROLLBACK");
  transaction_.reset();
}

void postgres_sink::settle(const opened_target& opened, const range_load::outcome& done, const page& first) {
  std::map<std::uint64_t, page_losses> by_offset;
  const auto losses_of = [&by_offset](const page& p) -> page_losses& {
    page_losses& lost = by_offset[p.offset];
    lost.of = &p;
    return lost;
  };
  for (const rejected_row& r : done.rejected) {
    ++losses_of(*r.of).rejected;
  }
  if (done.duplicates > 0) {
    losses_of(first).duplicates = done.duplicates;  // of which page each was, the server does not tell
  }
  if (!by_offset.empty()) {
    std::vector<page_losses> losses;
    losses.reserve(by_offset.size());
    for (const auto& [offset, lost] : by_offset) {
      losses.push_back(lost);
    }
    record_losses(*connection_, opened.identity.pipeline, losses);
  }
  set_aside(done.rejected, events::rows_rejected, "rows were refused: ");
  set_aside(done.differing, events::duplicates_differ, "duplicates are not what the table has: ");
  if (!done.rejected.empty() && session_->limits_rejects()) {
    session_->check_rejects(count_rejects(*connection_, opened.identity.pipeline), done.rejected.front());
  }
}

void postgres_sink::set_aside(const std::vector<rejected_row>& rows, std::string_view event, const std::string& what) {
  std::vector<rejected_row> fresh;
  for (const rejected_row& r : rows) {
    if (!set_aside_.contains({r.of->offset, r.row})) {
      fresh.push_back(r);
    }
  }
  if (!fresh.empty()) {
    session_->rejects().append(fresh);
    for (const rejected_row& r : fresh) {
      set_aside_.emplace(r.of->offset, r.row);
    }
    log::warning(
        event, what + fresh.front().message,
        {{"rows", fresh.size()}, {"page", to_string(*fresh.front().of)}, {"sqlstate", fresh.front().sqlstate}});
  }
}

void postgres_sink::begin(server_transaction begun) {
  transaction_ = std::move(begun);
  commit_sent_ = false;
}

void postgres_sink::commit() {
  try {
    commit_sent_ = true;
    const query_result r = connection_->execute("COMMIT");
    if (r.tag() != "COMMIT") {
      throw error(errc::internal, "the server answered COMMIT with " + std::string(r.tag()));
    }
  } catch (const database_error&) {
    if (connection_->usable()) {
      unanswered_.reset();  // the answer was no
    }
    throw;
  }
}

write_outcome postgres_sink::count(const range_load::outcome& done, const batch& records) {
  session_->note_committed(done);
  session_->live().note_apart(done.apart, *loaded_into_);
  metrics& counters = *session_->options().counters;
  counters.rows_loaded += done.loaded;
  counters.bytes_loaded += rows_.bytes();
  counters.ranges_loaded += 1;
  counters.duplicates_skipped += done.duplicates;
  counters.rows_rejected += done.rejected.size();
  counters.duplicates_differing += done.differing.size();
  const std::string first = to_string(records.pages.front());
  const std::string last = to_string(records.pages.back());
  if (done.duplicates > 0) {
    log::info(events::range_staged, "some of these events were in the table already, or came more than once",
              {{"first_page", first}, {"last_page", last}, {"duplicates", done.duplicates}});
  }
  if (done.met_under_another_id > 0) {
    log::warning(events::ids_changed,
                 "a trigger of the table gives some of these events the ids of rows that are there already: they count "
                 "as duplicates, and are kept nowhere else",
                 {{"first_page", first}, {"last_page", last}, {"rows", done.met_under_another_id}});
  }
  log::debug(events::range_loaded, "range loaded",
             {{"first_page", first}, {"last_page", last}, {"rows", done.loaded}, {"loader", loader_}});
  return {done.loaded, rows_of(records) - rows_.total(), done.duplicates, done.rejected.size()};
}

void postgres_sink::finalize() {
  const auto is_left = [this] {
    return session_->options().lease &&
           with_retries([this](const opened_target& opened) { return is_left_to_others(opened); });
  };
  if (!completes_run_ || is_left()) {
    return;
  }
  try {
    session_->complete_once([this] {
      removed_rows removed;
      const counted_rows rows = with_retries([&](const opened_target& opened) { return complete(opened, removed); });
      session_->options().counters->duplicates_removed += removed.all;
      session_->options().counters->duplicates_differing += removed.differing;
      return rows;
    });
  } catch (const error& e) {
    connection_.close();
    if (e.code() != errc::bad_data || !is_left()) {  // another process has come in between
      throw;
    }
  }
}

/// Of several processes, the one that comes last completes the run.
bool postgres_sink::is_left_to_others(const opened_target& opened) {
  connection_->run(connection_->begin());
  const bool is_left = detail::is_left_to_others(*connection_, opened.identity);
  connection_->run("COMMIT");
  return is_left;
}

/// One transaction: whenever the process or the server dies in it, nothing of it has happened, and the next run finds
/// all pages loaded and comes here again. If only the answer of COMMIT is lost, the key is found built, and `removed`
/// keeps what the last attempt said.
counted_rows postgres_sink::complete(const opened_target& opened, removed_rows& removed) {
  const auto table = session_->live().now();
  if (table->replacement) {
    connection_->be_patient();
    begin(begin_alone(*connection_, opened.identity));
    finish_replacement(*connection_, table->schema, table->table, *table->replacement);
    commit();
  }
  begin(begin_completing(*connection_, opened.identity, *table, session_->expected_slices(),
                         session_->known_last_pages(), session_->all_fences()));
  if (!session_->limits_rejects() || table->replacement) {
    check_some_row_was_taken(*connection_, opened.identity.pipeline, session_->options().rejects_file.string(),
                             session_->first_reject());
  }
  if (lacks_version(*table) && read_sums(*connection_, opened.identity.pipeline).rows > 0) {
    throw no_version(*table);
  }
  const auto built = table->keyless() ? build_key(*connection_, *table, session_->rejects()) : std::nullopt;
  removed = built.value_or(removed);
  if (table->replacement) {
    look_at_emptying(*connection_, *session_, opened.identity.pipeline, *table);
    take_place(*connection_, table->schema, table->table, *table->replacement);
  }
  const counted_rows rows =
      mark_complete(*connection_, opened.identity.pipeline, built ? built->all : 0, session_->watermarks());
  commit();
  connection_.close();  // it is patient now
  if (built) {
    metrics& counters = *session_->options().counters;
    counters.last_load_us = std::max(counters.last_load_us.load(), counters.elapsed_us());
  }
  return rows;
}

}  // namespace

}  // namespace detail

std::unique_ptr<sink> make_postgres_sink(std::shared_ptr<postgres_target> target, std::size_t loader,
                                         bool completes_run) {
  return std::make_unique<detail::postgres_sink>(target->session_, loader, completes_run);
}

}  // namespace ingest
