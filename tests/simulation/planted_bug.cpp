#include "simulation/planted_bug.hpp"

#include <array>

#include "simulation/planted_replacing.hpp"
#include "support/passing_connection.hpp"

namespace ingest::testing {

namespace {

const std::string taking_lease = "UPDATE ingest.slices SET fence = fence + 1, owner = $4, ";

constexpr std::array<std::string_view, 27> names = {
    "no bug",
    "cursor saved before fsync of its data",
    "rename without fsync",
    "directory without fsync",
    "ledger row outside the transaction",
    "no lock-first",
    "no fence check",
    "no look at what was folded meanwhile",
    "page numbers used again",
    "watermark before its rows",
    "window of a resumed sync found anew",
    "segment sealed before its pages are reported",
    "a table without a key loaded out of order",
    "rows with one key merged as their loaders come",
    "credit not reset on restart",
    "old table dropped before the run is complete",
    "table put in its place outside the transaction",
    "resumed run fills the table that people read",
    "table of a resumed run made anew",
    "table of a run that was given up stays",
    "lease trusted instead of the fence",
    "late renewal trusted instead of the fence",
    "lease taken over without raising the fence",
    "slice leased while it is being loaded",
    "run completed while others have slices",
    "run believed to be complete",
    "run begun twice",
};

/// Lies about some syncs.
class careless_files final : public file_system {
 public:
  careless_files(planted_bug bug, file_system& behind) : bug_(bug), behind_(behind) {}

  std::unique_ptr<file> create(const std::filesystem::path& path) override {
    return std::make_unique<careless_file>(forgets(path), behind_.create(path));
  }
  std::unique_ptr<file> open(const std::filesystem::path& path) override {
    return std::make_unique<careless_file>(forgets(path), behind_.open(path));
  }
  bool exists(const std::filesystem::path& path) const override { return behind_.exists(path); }
  std::vector<std::string> list(const std::filesystem::path& directory) const override {
    return behind_.list(directory);
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override { behind_.rename(from, to); }
  void remove(const std::filesystem::path& path) override { behind_.remove(path); }
  void sync_directory(const std::filesystem::path& directory) override {
    if (bug_ != planted_bug::directory_not_synced) {
      behind_.sync_directory(directory);
    }
  }

 private:
  class careless_file final : public file {
   public:
    careless_file(bool forgets, std::unique_ptr<file> behind) : forgets_(forgets), behind_(std::move(behind)) {}
    void append(std::string_view bytes) override { behind_->append(bytes); }
    void read(std::uint64_t offset, std::size_t size, char* to) const override { behind_->read(offset, size, to); }
    std::uint64_t size() const override { return behind_->size(); }
    void truncate(std::uint64_t size) override { behind_->truncate(size); }
    void sync() override {
      if (!forgets_) {
        behind_->sync();
      }
    }

   private:
    bool forgets_;
    std::unique_ptr<file> behind_;
  };

  bool forgets(const std::filesystem::path& path) const {
    return (bug_ == planted_bug::cursor_before_data && path.extension() == ".tsv") ||
           (bug_ == planted_bug::rename_without_sync && path.extension() == ".tmp");
  }

  planted_bug bug_;
  file_system& behind_;
};

/// Leaves statements out, or runs them elsewhere.
class careless_connection final : public passing_connection {
 public:
  careless_connection(std::shared_ptr<database_bug> bug, plain_factory connect, std::stop_token stop)
      : passing_connection(connect(stop)), bug_(std::move(bug)), connect_(std::move(connect)), stop_(std::move(stop)) {}

  detail::query_result execute(const std::string& sql, const std::vector<std::string>& parameters) override {
    if (bug_->bug == planted_bug::ledger_on_its_own && sql.starts_with("INSERT INTO ingest.pages")) {
      return connect_(stop_)->execute(sql, parameters);
    }
    if (bug_->bug == planted_bug::lease_keeps_fence && sql.starts_with(taking_lease)) {
      return behind().execute("UPDATE ingest.slices SET fence = fence, " + sql.substr(sql.find("owner = ")),
                              parameters);
    }
    if (bug_->bug == planted_bug::leased_while_loading && sql.find(" FOR UPDATE SKIP LOCKED") != std::string::npos) {
      std::string careless = sql;
      careless.replace(careless.find(" FOR UPDATE SKIP LOCKED"), 23, " FOR KEY SHARE");
      return behind().execute(careless, parameters);
    }
    if (bug_->bug == planted_bug::no_locks) {
      return behind().execute(sql.substr(0, sql.find(" FOR KEY SHARE")), parameters);
    }
    detail::query_result r = behind().execute(sql, parameters);
    switch (bug_->bug) {
      case planted_bug::watermark_first:
        if (sql.starts_with("UPDATE ingest.pipelines SET opened_at = now()")) {
          behind().execute("INSERT INTO ingest.watermarks (", {parameters.at(0), bug_->watermark});
        }
        return r;
      case planted_bug::no_fence_check:
      case planted_bug::lease_trusted:
        return with_first_fences(sql, std::move(r));
      case planted_bug::renewal_trusted:
        bug_->has_renewed |= sql.starts_with("UPDATE ingest.slices SET lease_until = ");
        return bug_->has_renewed ? with_first_fences(sql, std::move(r)) : remembering_fences(sql, std::move(r));
      case planted_bug::completed_early:
        return without_open_slices(sql, std::move(r));
      case planted_bug::believed_complete:
        return sql.starts_with("SELECT EXISTS (SELECT FROM ingest.pipelines WHERE name = $1 AND run_id = $2 AND compl")
                   ? detail::query_result({{"t", "f", "0", "0", std::nullopt}}, "SELECT 1")
                   : std::move(r);
      case planted_bug::begun_twice:
        return sql.starts_with("SELECT run_id, plan, complete, target, shape, disposition FROM ingest.pipelines") &&
                       !std::exchange(bug_->has_begun, true)
                   ? detail::query_result({}, "SELECT 0")
                   : std::move(r);
      case planted_bug::no_look_at_folds:
        return sql.starts_with("SELECT s.stream, s.slice, s.pages, s.position, s.done FROM ") ? at_beginning(r, 5) : r;
      case planted_bug::numbers_reused:
        return sql.find(" pages, position, done, rows, fence FROM ingest.slices ") != std::string::npos ||
                       sql.starts_with("SELECT s.stream, s.slice, s.pages, s.position, s.done, s.rows, s.fence FROM ")
                   ? at_beginning(r, 7)
                   : r;
      default:
        return r;
    }
  }

  void run(const std::string& sql) override {
    const auto lock = sql.find("; SELECT pg_advisory_xact_lock_shared(");
    behind().run(bug_->bug == planted_bug::no_locks ? sql.substr(0, lock) : sql);
  }

  void obey(std::stop_token stop) override {
    stop_ = stop;
    passing_connection::obey(std::move(stop));
  }

 private:
  using rows = std::vector<detail::query_result::row_values>;

  static rows rows_of(const detail::query_result& r, int columns) {
    rows all(r.rows());
    for (std::size_t i = 0; i < r.rows(); ++i) {
      for (int column = 0; column < columns; ++column) {
        all[i].push_back(r.text(i, column));
      }
    }
    return all;
  }

  /// What this process was told first about its run and its slices.
  detail::query_result with_first_fences(const std::string& sql, detail::query_result r) {
    if (sql.starts_with("SELECT run_id, pg_backend_pid(), ") && !r.empty()) {
      rows told = rows_of(r, 3);
      bug_->first_run = bug_->first_run.empty() ? r.text(0, 0) : bug_->first_run;
      told[0][0] = bug_->first_run;
      return {told, std::string(r.tag())};
    }
    if (sql.starts_with("SELECT s.stream, s.slice, s.fence FROM ")) {
      rows told = rows_of(r, 3);
      for (auto& row : told) {
        row[2] = bug_->first_fences.try_emplace(slice_id(*row[0], *row[1]), *row[2]).first->second;
      }
      return {told, std::string(r.tag())};
    }
    return r;
  }

  /// Nothing is kept from it yet.
  detail::query_result remembering_fences(const std::string& sql, detail::query_result r) {
    if (sql.starts_with("SELECT s.stream, s.slice, s.fence FROM ")) {
      for (const auto& row : rows_of(r, 3)) {
        bug_->first_fences.try_emplace(slice_id(*row[0], *row[1]), *row[2]);
      }
    }
    return r;
  }

  /// As if all slices that the ledger has had ended, and there were as many as there should be.
  static detail::query_result without_open_slices(const std::string& sql, detail::query_result r) {
    if (sql.starts_with("SELECT 1 FROM ingest.slices WHERE pipeline = $1 AND NOT done LIMIT 1") ||
        sql.starts_with("SELECT stream, slice, pages, fence FROM ingest.slices WHERE pipeline = $1 AND NOT done")) {
      return {{}, "SELECT 0"};
    }
    if (sql.starts_with("SELECT coalesce(sum(done), 0), ") && !r.empty()) {
      rows told = rows_of(r, 5);
      told[0][0] = "1000";
      return {told, std::string(r.tag())};
    }
    return r;
  }

  /// As if no page of these slices had been folded. The pages are the third column, the position and whether that is
  /// the end those behind; if there are more, the rows and the fence follow.
  static detail::query_result at_beginning(const detail::query_result& r, int columns) {
    rows told = rows_of(r, columns);
    for (auto& row : told) {
      row[2] = "0";
      row[3] = "";
      row[4] = "f";
      if (row.size() > 5) {
        row[5] = "0";
      }
    }
    return {told, std::string(r.tag())};
  }

  std::shared_ptr<database_bug> bug_;
  plain_factory connect_;
  std::stop_token stop_;
};

}  // namespace

std::string_view name_of(planted_bug b) {
  return names.at(static_cast<std::size_t>(b));
}

std::unique_ptr<file_system> plant(planted_bug b, file_system& files) {
  switch (b) {
    case planted_bug::cursor_before_data:
    case planted_bug::rename_without_sync:
    case planted_bug::directory_not_synced:
      return std::make_unique<careless_files>(b, files);
    default:
      return nullptr;
  }
}

std::unique_ptr<detail::postgres_connection> plant(const std::shared_ptr<database_bug>& bug,
                                                   const plain_factory& connect, std::stop_token stop) {
  switch (bug->bug) {
    case planted_bug::ledger_on_its_own:
    case planted_bug::no_locks:
    case planted_bug::no_fence_check:
    case planted_bug::no_look_at_folds:
    case planted_bug::numbers_reused:
    case planted_bug::watermark_first:
    case planted_bug::lease_trusted:
    case planted_bug::renewal_trusted:
    case planted_bug::lease_keeps_fence:
    case planted_bug::leased_while_loading:
    case planted_bug::completed_early:
    case planted_bug::believed_complete:
    case planted_bug::begun_twice:
      return std::make_unique<careless_connection>(bug, connect, std::move(stop));
    case planted_bug::old_table_dropped:
    case planted_bug::placed_on_its_own:
    case planted_bug::resumed_into_target:
    case planted_bug::made_anew:
    case planted_bug::leftover_kept:
      return plant_in_replacing(bug->bug, connect(std::move(stop)));
    default:
      return connect(std::move(stop));
  }
}

}  // namespace ingest::testing
