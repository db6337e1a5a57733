#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ingest/file_system.hpp"
#include "ingest/sink.hpp"

namespace ingest {

namespace detail {
class descriptor;
}

struct file_sink_options {
  /// finalize() returns when the file is on the disk. Without it the file is complete, but a power failure within the
  /// next seconds may leave it empty.
  bool durable = true;
  file_system* files = &posix_file_system();

  /// How long a FIFO is waited for that nobody reads. None: until a stop.
  std::optional<std::chrono::milliseconds> patience = std::nullopt;
};

/// A file that appears when it is complete, in the place of one that is there already, and never in part. Until then
/// its bytes are in a temporary file beside it, `.<name>.<random>.tmp`, which abort() removes; so does the destructor,
/// and what a killed process has left behind is removed by the next that writes the same file. A new file has mode
/// 0600; one that takes the place of another has its mode and, where we may give it away, its owner. Where the path is
/// a symbolic link, what it leads to is replaced, in its own directory, and the link stays.
///
/// What is no regular file (a FIFO, a device, a descriptor as /dev/stdout or /dev/fd/3) is written to as it is: each
/// write stands then, and abort() takes nothing back. A FIFO that nobody reads is waited for.
class file_sink final : public sink {
 public:
  explicit file_sink(std::filesystem::path path, file_sink_options options = {});
  ~file_sink() override;

  void open(std::stop_token stop) override;
  write_outcome write(const batch& records) override;
  void finalize() override;
  void abort(const error& why) override;
  commit_point commits() const override;

 private:
  void create_temporary(const std::filesystem::path& place);
  void remove_temporary();

  std::filesystem::path path_;
  file_sink_options options_;
  std::filesystem::path place_;      // where the links of path_ lead
  std::filesystem::path temporary_;  // empty: there is none
  std::unique_ptr<file> file_;
  std::unique_ptr<detail::descriptor> lock_;      // of the temporary file
  std::unique_ptr<detail::descriptor> in_place_;  // what is written to as it is
  std::stop_token stop_;
};

}  // namespace ingest
