#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/stop.hpp"
#include "processes/child_pipes.hpp"

namespace ingest::processes {

struct process_options {
  std::vector<std::string> words;  ///< the program and its arguments
  std::string name;                ///< what messages and the log call it

  std::size_t most_line_bytes = 64ull << 20;  ///< a longer line of its output is errc::bad_data

  /// Longest time without a byte of output or error output: a process that is silent for longer hangs.
  std::chrono::milliseconds silence = std::chrono::hours(3);

  /// How long it may live on once its output has ended, and its output once it has.
  std::chrono::milliseconds lingering = std::chrono::seconds(60);

  /// Between SIGTERM and SIGKILL, to its whole group.
  std::chrono::milliseconds grace = std::chrono::seconds(5);
};

/// A program that writes lines to its standard output, which are read as fast as they are asked for: behind a full pipe
/// it waits. Its standard error goes to the log, line by line, without secrets. For one thread.
class process {
 public:
  /// Starts it. Throws errc::config where that cannot be.
  process(process_options o, std::stop_token stop);

  /// Ends it, if it has not ended: SIGTERM to its group, and SIGKILL to what is left after the grace.
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  enum class reading { line, pause, end };

  /// Reads the next line into `line`, without its line break, valid until the next call; the last one needs none.
  /// `pause`: none has come within `patience`. `end`: all was read, and the process has ended with exit code 0.
  ///
  /// Throws errc::unavailable, with the last lines of its standard error, where it has ended in any other way, is
  /// silent for too long, lives on without output or leaves others behind that hold it; errc::bad_data for a line that
  /// is too long; errc::cancelled on a stop.
  reading next(std::string_view& line, std::chrono::milliseconds patience);

  /// The last lines of its standard error, for messages; begins with ": " unless there are none.
  std::string last_words() const;

 private:
  using clock = std::chrono::steady_clock;

  reading next_until(clock::time_point until, std::string_view& line);
  bool take_line(std::string_view& line);
  bool take_rest(std::string_view& line);
  void wait_for_output(clock::time_point until);
  void read_output();
  bool read_errors();
  void read_last_errors();
  void take_error_lines(bool all);
  void note_error_line(std::string_view line);
  void check_life(clock::time_point now);
  void await_end();
  void finish(const child_end& end);
  void end() noexcept;
  bool ends_within(std::chrono::milliseconds time) noexcept;
  void close_pipes() noexcept;
  [[noreturn]] void fail(const std::string& what);

  process_options options_;
  std::stop_token stop_;
  stop_event stopped_;
  child_pipes child_;
  bool reaped_ = false;

  std::string output_;  ///< read, from begin_ on not given out yet
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;  ///< no line break before it
  bool output_ended_ = false;
  bool asked_ = false;  ///< for more output, since the last pause

  std::string errors_;  ///< of a line that has not ended
  std::deque<std::string> last_errors_;
  clock::time_point heard_;                 ///< when its last byte came, not counting when none was asked for
  clock::time_point left_;                  ///< when next() last returned
  std::optional<clock::time_point> ended_;  ///< when it was first seen to have ended
};

}  // namespace ingest::processes
