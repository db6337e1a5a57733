#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/run_identity.hpp"
#include "ingest/postgres.hpp"
#include "support/page_batches.hpp"
#include "support/postgres_cluster.hpp"
#include "support/scratch_dir.hpp"

namespace ingest::testing {

/// A database of its own, batches to load, and what a test of the PostgreSQL sink keeps asking for.
struct loading_fixture {
  test_database database;
  scratch_dir directory;
  page_batches batches;

  run_identity identity{"test", std::string(32, 'a'), "everything"};

  /// Options with short deadlines.
  postgres_options options() const;

  /// Of a process whose directory knows of the pages that `batches` has made: their slices become its own.
  std::shared_ptr<postgres_target> open_target() const { return open_target(options()); }
  std::shared_ptr<postgres_target> open_target(const postgres_options& o, bool replace = false) const;

  /// Likewise of these last pages.
  std::shared_ptr<postgres_target> open_target(std::map<slice_id, page_id> last) const;

  /// A sink that has been opened.
  static std::unique_ptr<sink> open_sink(std::shared_ptr<postgres_target> target, std::size_t loader = 0,
                                         std::stop_token stop = {});

  int number(const std::string& sql) const { return std::stoi(database.value(sql)); }
  /// How many pages are loaded.
  int pages() const {
    return number("SELECT (SELECT count(*) FROM ingest.pages) + (SELECT coalesce(sum(pages), 0) FROM ingest.slices)");
  }
  int rows() const { return number("SELECT count(*) FROM ingested_events"); }

  /// The lines of the rejects file.
  std::vector<std::string> rejects() const;
};

/// The error that `work` throws. Fails the test if it throws none.
error error_of(const std::function<void()>& work);

/// Waits until `condition` holds; false if that takes longer than 20 s.
bool eventually(const std::function<bool()>& condition);

}  // namespace ingest::testing
