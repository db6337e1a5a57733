#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "actors/credit.hpp"
#include "core/page_set.hpp"
#include "ingest/actors/pipeline.hpp"
#include "support/memory_file_system.hpp"

namespace ingest::testing {

/// Where scripted sources read from: per slice, pages of rows "slice:number". Knows how many bytes of handed-out
/// payload are alive, which is what backpressure has to bound.
class scripted_input {
 public:
  /// `pages[s][i]` is the number of rows of slice s's page i.
  explicit scripted_input(std::vector<std::vector<std::size_t>> pages);

  source_factory factory();
  std::map<std::string, int> rows() const;  ///< every row, once
  std::size_t slices() const { return pages_.size(); }

  /// What a page of so many rows, of six bytes at the most, costs in credit at the most.
  static constexpr std::int64_t cost_of_page(std::int64_t rows) {
    return rows * 6 + 2 + static_cast<std::int64_t>(actors::credit_overhead);
  }

  /// What the pages of a slice that are alive cost in credit.
  std::int64_t live_cost(std::size_t slice) const { return *live_.at(slice); }

  /// Called before each read; may throw, to make the reader fail.
  std::function<void(slice_id)> before_read = [](slice_id) {};

  std::atomic<int> open_sources{0};

 private:
  class scripted_source;
  std::string page_text(std::size_t slice, std::size_t page) const;

  std::vector<std::vector<std::size_t>> pages_;
  std::vector<std::shared_ptr<std::atomic<std::int64_t>>> live_;
};

/// Where scripted sinks write to. Like a database with a ledger, it commits a batch whole and remembers its pages,
/// where it has any; or, if told so, like a file, commits all at the end.
class scripted_target {
 public:
  sink_factory factory();

  std::map<std::string, int> rows() const;
  slice_pages committed() const;

  /// Called before each write; may throw, to make the loader fail with nothing committed.
  std::function<void()> before_write = [] {};
  /// Called after the commit; may throw, as when its answer is lost.
  std::function<void()> after_commit = [] {};
  std::function<void()> before_finalize = [] {};

  commit_point commits = commit_point::each_write;

  std::atomic<int> finalized{0}, aborted{0}, violations{0}, made{0};

 private:
  class scripted_sink;
  mutable std::mutex mutex_;
  std::map<std::string, int> rows_;
  slice_pages committed_;
};

/// A spec of a pipeline from `input` to `target` without a durable buffer.
actors::pipeline_spec scripted_spec_in_memory(scripted_input& input, scripted_target& target);

/// A spec of a pipeline from `input` to `target` over a buffer in `files`.
actors::pipeline_spec scripted_spec(scripted_input& input, scripted_target& target, memory_file_system& files,
                                    std::uint64_t quota_bytes = ~std::uint64_t{0});

}  // namespace ingest::testing
