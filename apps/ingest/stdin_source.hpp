#pragma once

#include <atomic>
#include <memory>

#include "ingest/sources/ndjson_source.hpp"

namespace ingest::app {

/// Throws errc::config where standard input is closed.
void check_standard_input();

/// The records of standard input, as they come. Its positions count bytes and serve the books only: what was read is
/// gone, so that it can be opened once in the life of the process, at its beginning.
class stdin_source final : public source {
 public:
  /// `read_before`: shared by all sources of the process; true once one of them was opened.
  stdin_source(std::shared_ptr<std::atomic<bool>> read_before, bool set_aside);

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override { return input_.read(); }
  void close() noexcept override { input_.close(); }

 private:
  std::shared_ptr<std::atomic<bool>> read_before_;
  ndjson_source input_;
};

}  // namespace ingest::app
