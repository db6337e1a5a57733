#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/json_scanner.hpp"

namespace ingest::processes {

/// What a line of a process's output means to the stream that is read.
struct message {
  enum class kind {
    nothing,  ///< of another stream, or of no consequence
    record,
    refused,  ///< a record that is none
    state,
    version,  ///< the records of this version are all that there are
  };
  kind what = kind::nothing;

  std::string_view record = {};              ///< JSON as it came; the line, of one that is refused
  detail::json_value key = {};               ///< of a record: what stands where its key is looked for
  std::string_view reason = {};              ///< why it is refused
  std::string_view state = {};               ///< as it is handed back, one line
  std::optional<std::int64_t> version = {};  ///< of a record and of a version
};

/// Makes messages of lines. Views point into the line, or live until the next call.
class message_reader {
 public:
  virtual ~message_reader() = default;

  /// Throws errc::bad_data, which quotes the line, for one that is no message though it could have been one; and what
  /// the process says of its own failure.
  virtual message read(std::string_view line) = 0;

  /// The process has ended with exit code 0: throws if what it has said before says that not all was given.
  virtual void check_end() const = 0;

  /// What was passed over, for people: of other streams, and lines that are no messages. Empty: nothing.
  virtual std::string passed_over() const = 0;
};

/// A line that is no JSON object. Processes print what they should log: text that cannot be a message, nor a part of
/// one, is passed over, and logged.
class printed_text {
 public:
  explicit printed_text(std::string name) : name_(std::move(name)) {}

  /// Throws errc::bad_data for a line that begins as a message does or holds a message's `"type"`: two threads have
  /// written at once, or a line was cut off, and a record would be lost without a trace.
  void pass_over(std::string_view line, std::string_view why);

  std::uint64_t lines() const { return lines_; }

 private:
  std::string name_;
  std::uint64_t lines_ = 0;
};

}  // namespace ingest::processes
