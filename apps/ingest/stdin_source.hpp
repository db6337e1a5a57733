#pragma once

#include <atomic>
#include <memory>

#include "ingest/sources/fd_source.hpp"
#include "ingest/transforms/line_transform.hpp"

namespace ingest::app {

/// The lines of standard input, as they come. Its positions count bytes and serve the books only: what was read is
/// gone, so that it can be opened once in the life of the process, at its beginning.
class stdin_source final : public source {
 public:
  /// `read_before`: shared by all sources of the process; true once one of them was opened.
  explicit stdin_source(std::shared_ptr<std::atomic<bool>> read_before);

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override;
  void close() noexcept override { input_.close(); }

 private:
  std::shared_ptr<std::atomic<bool>> read_before_;
  fd_source input_;
  line_transform lines_;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
};

}  // namespace ingest::app
