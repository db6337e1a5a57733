#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "ingest/error.hpp"
#include "ingest/sink.hpp"
#include "ingest/source.hpp"
#include "ingest/stop_signal.hpp"
#include "ingest/transform.hpp"

namespace ingest {

/// How a stream ended.
enum class stream_status {
  success,  ///< everything was written, the sink is finalized
  aborted,  ///< a stop was requested
  failed    ///< something threw, or the options make no sense
};

/// What has come through a stream: what the sink has taken, that is, behind all transforms.
struct stream_progress {
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
  std::uint64_t batches = 0;
  write_outcome outcome;  ///< what the sink has said about them, in sum
  std::string position;   ///< after the last batch written: open the source there to go on; empty: it cannot tell
};

/// Bounds that fail a stream with errc::bad_data before it writes what is beyond them. Nothing means no bound.
struct stream_limits {
  std::optional<std::uint64_t> batch_bytes =
      {};                                     ///< of one batch as it was read, and as it is written: memory in flight
  std::optional<std::uint64_t> bytes = {};    ///< written in all
  std::optional<std::uint64_t> records = {};  ///< written in all
};

struct stream_options {
  transform_list transforms = {};            ///< in the order in which batches pass them
  stop_signal stop = {};                     ///< a std::stop_token or the signal of a stop_switch
  std::optional<std::string> position = {};  ///< where to open the source; nothing: at its beginning
  stream_limits limits = {};

  /// Called after each write, in the thread that wrote. What it throws fails the stream.
  std::function<void(const stream_progress&)> on_progress = {};
};

struct stream_result : stream_progress {
  stream_status status = stream_status::failed;
  std::chrono::nanoseconds duration{0};
  std::optional<error> failure;        ///< why it failed or was aborted; a stop is errc::cancelled with its reason
  std::optional<error> abort_failure;  ///< what the sink's abort() threw, beside `failure` and never instead of it

  bool ok() const { return status == stream_status::success; }
};

/// The message of the errc::config that `options` deserve, if any: a transform that is null, a limit of zero.
std::optional<std::string> complaint_about(const stream_options& options);

/// Throws errc::bad_data if `amount` exceeds `limit`; `what` names what there is too much of.
void require_within(const std::optional<std::uint64_t>& limit, std::uint64_t amount, const char* what);

/// Reads `from` to its end, through the transforms, into `to`, in the caller's thread, and holds one batch at a time.
///
/// Options are validated before anything is opened. Then: open source, transforms, sink; read → transforms → write
/// until the end; finalize the sink. A failure or a stop aborts the sink instead, exactly once, if it had been opened.
/// A stop is looked for before each read and write, after each transform and before finalize(): a batch that is being
/// transformed then is not written, and a sink that is being finalized is not disturbed. The source is closed in every
/// case, also where nothing was opened. Throws nothing: what went wrong is in the result.
stream_result ingest_stream(source& from, sink& to, const stream_options& options = {});

}  // namespace ingest
