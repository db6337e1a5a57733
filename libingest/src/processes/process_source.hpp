#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ingest/record_encoder.hpp"
#include "ingest/source.hpp"
#include "processes/interval_spool.hpp"
#include "processes/message.hpp"
#include "processes/process.hpp"
#include "processes/source_command.hpp"

namespace ingest::processes {

/// What becomes of records behind the last STATE when their process dies: it gives them again, perhaps in another order
/// and with other bytes, when it is handed that state.
enum class record_replay {
  /// They meet their key. Records are given out as they come, with the state before them for a position.
  meets_key,

  /// They must not be there yet: records are given out when their STATE has come, and are held back until then, in
  /// memory and beyond a page in a file.
  is_held_back,

  /// There is nothing to go on from, and the source can be opened at its beginning only: records are given out as they
  /// come, and positions are not.
  is_impossible,
};

struct process_source_options {
  source_command command;
  std::string catalog;              ///< what it is handed: selects the stream that is read
  std::filesystem::path directory;  ///< of files that it is handed, and of what is held back; exists

  /// Where a source without a position begins, process_position::watermark() of the run before; empty, or unset:
  /// without a state. May block.
  std::function<std::string(const std::stop_token&)> first_position;

  record_replay replay = record_replay::meets_key;

  /// A STATE allows for going on from there without reading again what came before. Where it does not (a source that is
  /// read as a whole each time) and records are held back, they are until the process has ended.
  bool states_count = true;

  /// What is read takes the place of all that was before, so records behind the last STATE do no harm in the next run.
  bool replaces = false;

  /// Whether there are rows that would be gone by that. Asks the database; none: there are none.
  std::function<bool(const std::stop_token&)> replaces_rows = nullptr;

  bool set_aside = false;  ///< records that are none go on as refused ones; otherwise they are errc::bad_data
  std::size_t page_bytes = 1 << 20;
  std::chrono::milliseconds page_time = std::chrono::seconds(5);  ///< after which a page is given out anyway
  process_options limits = {};                                    ///< but for its words and its name

  std::shared_ptr<const record_encoder> encoder;
  std::function<std::unique_ptr<message_reader>()> messages;  ///< fresh ones for each life of the process
  std::shared_ptr<interval_spool> spool;                      ///< where records are held back
};

/// The records of one stream of a process that speaks a protocol with states. Each open() starts the process anew, with
/// the state of its position.
class process_source final : public source {
 public:
  explicit process_source(process_source_options o) : options_(std::move(o)) {}

  void open(const std::optional<std::string>& position, std::stop_token stop) override;

  /// Throws what process::next() and message_reader throw, after it has given out what is complete; errc::bad_data
  /// where held back records are behind the last state that the process has written.
  std::optional<batch> read() override;

  void close() noexcept override;

 private:
  using clock = std::chrono::steady_clock;

  void start_process();
  std::optional<batch> read_page();
  std::optional<batch> take(const message& m);
  void take_record(const message& m);
  void hold_back();
  std::optional<batch> take_state(std::string_view state);
  void take_version(std::int64_t version);
  std::optional<batch> end_interval(process_position behind, bool is_last);
  bool is_due() const;
  batch cut();
  batch read_spool();
  batch finish();
  void require_word_of_stream() const;
  batch finish_held_back();
  bool holds_back() const { return options_.replay == record_replay::is_held_back; }

  process_source_options options_;
  std::stop_token stop_;
  std::unique_ptr<process> process_;
  std::unique_ptr<message_reader> messages_;
  std::exception_ptr failure_;  ///< to be thrown once what is complete was given out

  process_position position_;  ///< behind `ready_`
  std::string ready_;          ///< lines that may be given out
  std::uint64_t ready_records_ = 0;
  bool moved_ = false;  ///< the position has, since the last page
  clock::time_point page_begun_;

  std::string open_;  ///< lines that are held back, but for those in the spool
  std::uint64_t open_records_ = 0;
  std::string scratch_;
};

}  // namespace ingest::processes
