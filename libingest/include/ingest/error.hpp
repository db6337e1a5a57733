#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace ingest {

/// What went wrong, as far as a program has to tell cases apart.
enum class errc {
  usage,           ///< the command line makes no sense
  config,          ///< a setting, the target table or a permission is wrong; only a person can mend it
  authentication,  ///< the other side refuses our key or password
  bad_data,        ///< data is damaged, missing or contradicts itself: checksum, gap, cursor that repeats
  unavailable,     ///< the API or the database did not answer, or not usefully
  io,              ///< a file could not be read, written or made durable
  no_space,        ///< the disk or the buffer's quota is full
  locked,          ///< another process holds the data directory, or a newer run has taken over the pipeline
  cancelled,       ///< a stop was requested
  exhausted,       ///< a stage failed more often than the restart policy allows
  internal,        ///< a defect of this program, or of code embedded in it
};

/// The stable name of `code`, as logs print it: "bad_data".
std::string_view name_of(errc code);

/// The process exit code of `code`, from sysexits.h: 64 usage, 65 bad_data, 69 unavailable, 70 exhausted and internal,
/// 74 io and no_space, 75 locked, 78 config and authentication. For cancelled it is 1: a program that stops
/// on a signal exits with 128 + signal instead.
int exit_code_of(errc code);

/// The one error type of libingest: thrown inside it, handed on as a value at its borders. Answers what a caller needs
/// to decide; the message is for people, names the setting, file or record, and says what to do.
class error : public std::runtime_error {
 public:
  /// An error whose transience follows from its code: unavailable, no_space and internal may pass, the others not.
  error(errc code, const std::string& message);
  error(errc code, const std::string& message, bool transient);

  errc code() const noexcept { return code_; }

  /// True where the same attempt may succeed later, so that a retry or a restart makes sense.
  bool transient() const noexcept { return transient_; }

  /// True where the other side may have done what was asked although we were told nothing: a COMMIT whose answer was
  /// lost. Find out before trying again.
  bool in_doubt() const noexcept { return in_doubt_; }

  /// The same error, marked as in doubt.
  error as_in_doubt() const;

  int exit_code() const noexcept { return exit_code_of(code_); }

 private:
  errc code_;
  bool transient_;
  bool in_doubt_ = false;
};

/// The current exception as an `error`: unchanged if it is one; std::bad_alloc and foreign exceptions become `internal`
/// with their what(). To be called inside a catch block only.
error current_error() noexcept;

}  // namespace ingest
