#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "buffer/data_dir.hpp"
#include "buffer/recovered_buffer.hpp"
#include "buffer/recovery.hpp"
#include "ingest/durable_run.hpp"

namespace ingest::detail {

/// What a durable_run does; its comments say what each function is for.
class run_in_directory {
 public:
  explicit run_in_directory(durable_run_options o);

  void start_over();
  void begin_next(const std::string& plan);
  const resumption& find();
  void settle_plan(std::string plan);
  void begin();
  std::vector<slice_progress> take(std::span<const slice_id> slices, std::stop_token stop);
  recovered_buffer open_buffer();

  const std::filesystem::path& directory() const { return lock_ ? lock_->path() : options_.directory; }
  const resumption& found() const { return found_; }
  const run_state& description() const { return description_; }
  const std::optional<run_state>& state() const { return known_.state; }
  bool buffer_has_pages() const { return !known_.buffer.pages.empty(); }
  bool has_ledger() const { return options_.ledger != nullptr; }
  write_order order() const { return has_ledger() ? options_.ledger->order() : write_order::any; }
  void expect_slices(std::uint64_t count) { options_.ledger->expect_slices(count); }
  std::optional<counted_rows> completed() const { return options_.ledger->completed(); }
  bool ledger_has_answered() const { return known_.answer != ledger_answer::none; }

 private:
  void look_at_state();
  void look_at_buffer();
  void look_at_ledger();
  void give_way();
  bool was_followed() const;
  void give_way_to_next_sync();
  void drop_empty_run();
  void adopt_plan();
  bool settles(const run_identity& known) const;
  void open_ledger();
  void forget_leased();
  void leave_out_what_is_ahead();
  void save_new_run(const std::string& plan, bool replaces_ledger, const std::string& follows = "");
  bool can_follow() const;
  known_pages what_is_known(bool ledger_seen) const;
  std::vector<slice_id> slices_known_here() const;
  std::string watermark() const;
  void remove_old_run();
  void keep_rejects();
  void forget_positions();
  void remove_buffer();

  durable_run_options options_;
  std::optional<data_dir> lock_;
  file_system& files_;
  run_request asked_;
  witnesses known_;
  resumption found_;
  run_state description_;
  bool begun_ = false;
  std::atomic<bool> only_ledger_knows_ = false;  ///< which slices have ended; asked by readers meanwhile
  bool is_followed_ = false;                     ///< as far as the ledger said: another process has begun the next sync
  bool outage_logged_ = false;
};

}  // namespace ingest::detail
