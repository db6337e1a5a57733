#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ingest/file_system.hpp"
#include "ingest/sink.hpp"

namespace ingest {

struct file_sink_options {
  /// finalize() returns when the file is on the disk. Without it the file is complete, but a power failure within the
  /// next seconds may leave it empty.
  bool durable = true;
  file_system* files = &posix_file_system();
};

/// A file that appears when it is complete, in the place of one that is there already, and never in part. Until then
/// its bytes are in a temporary file beside it, `.<name>.<random>.tmp`, which abort() removes; so does the destructor,
/// and only a process that is killed leaves one behind. Files have mode 0600.
class file_sink final : public sink {
 public:
  explicit file_sink(std::filesystem::path path, file_sink_options options = {});
  ~file_sink() override;

  void open(std::stop_token stop) override;
  write_outcome write(const batch& records) override;
  void finalize() override;
  void abort(const error& why) override;
  commit_point commits() const override { return commit_point::finalize; }

 private:
  void remove_temporary();

  std::filesystem::path path_;
  file_sink_options options_;
  std::filesystem::path temporary_;  // empty: there is none
  std::unique_ptr<file> file_;
};

}  // namespace ingest
