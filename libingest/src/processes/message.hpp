#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/json_pointer.hpp"
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

  /// Whether it has said anything of the stream that is read: a schema, a state, a status, a record. One that has not
  /// may not know the stream at all.
  virtual bool has_spoken_of_stream() const = 0;

  /// What was passed over, for people: of other streams, and lines that are no messages. Empty: nothing.
  virtual std::string passed_over() const = 0;
};

/// What both protocols have in common: a line is a JSON object with a type, or is passed over, and so are records of
/// other streams.
class message_lines {
 public:
  /// `pointers` are what is looked for in each line, the type first.
  message_lines(std::string process, const std::vector<std::string>& pointers);

  struct typed_line {
    std::string type;
    bool is_json = true;  ///< false: but for NaN, Infinity or a control character. That is one record's fault
  };

  /// Finds into `found`, one value for each pointer, with views into the line. Nothing for a line that is no message:
  /// processes print what they should log, and text that cannot be a message, nor a part of one, is passed over, and
  /// logged. Throws errc::bad_data for one that begins as a message does or holds a message's `"type"`: two threads
  /// have written at once, or a line was cut off, and a record would be lost without a trace.
  std::optional<typed_line> read(std::string_view line, std::span<detail::json_value> found);

  /// Throws errc::bad_data: any message but a record has to be JSON.
  [[noreturn]] void refuse(const typed_line& what, std::string_view line) const;

  /// A record of another stream.
  void pass_over_record(const std::string& stream);

  /// As message_reader has it.
  std::string passed_over() const;

 private:
  void pass_over(std::string_view line, std::string_view why);

  std::string process_;
  std::vector<json_pointer> pointers_;
  std::map<std::string, std::uint64_t> others_;  ///< records by stream
  std::uint64_t printed_ = 0;
};

}  // namespace ingest::processes
