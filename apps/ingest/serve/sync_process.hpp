#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "processes/child_pipes.hpp"
#include "serve/pipeline_file.hpp"

namespace ingest::app {

/// What a running sync tells, by whole lines.
struct sync_listener {
  std::function<void(std::string_view line)> log;     ///< of its standard error, and of its standard output
  std::function<void(std::string_view line)> report;  ///< JSON, of each run in it that has ended
};

/// One sync: `ingest run` as a process of its own, so that whatever becomes of it is of its pipeline only. Not
/// thread-safe. Ending the object while the process runs kills it.
class sync_process {
 public:
  /// Starts it. `program` is ingest itself. Throws errc::unavailable or errc::io where there is no room for one more
  /// process.
  sync_process(const std::string& program, const pipeline_file& pipeline, const std::filesystem::path& state,
               sync_listener listener);
  ~sync_process();
  sync_process(const sync_process&) = delete;
  sync_process& operator=(const sync_process&) = delete;

  /// To be watched for what can be read; a pipe that has ended is -1.
  std::array<int, 3> descriptors() const;

  /// Takes what there is to be read, without blocking.
  void take(int descriptor);

  /// How it has ended, once it has; all that it has written was told before.
  std::optional<processes::child_end> end();

  /// Asks it to end in order; what is durable stays, and the next run goes on there.
  void stop();
  void kill();

  pid_t pid() const { return child_.pid; }

 private:
  struct stream {
    int fd = -1;
    std::string rest = {};  ///< of a line that is not whole
    bool is_report = false;
  };

  void read_all(stream& from);
  void tell_lines(stream& from, bool has_ended);

  sync_listener listener_;
  processes::child_pipes child_;
  std::array<stream, 3> streams_;
  bool has_ended_ = false;
};

/// What of a connector's settings lies in the state of a pipeline that has gone.
void forget_connection(const std::filesystem::path& state, const std::string& pipeline);

}  // namespace ingest::app
