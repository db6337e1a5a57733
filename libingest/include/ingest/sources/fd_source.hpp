#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "ingest/source.hpp"

namespace ingest {

class payload_pool;

/// What comes out of a file descriptor, such as a pipe, a socket or standard input, in blocks that know nothing of
/// records, each as soon as it is there. Carries no positions, as nothing can be read twice: opening it at one throws
/// errc::config. The descriptor stays open, and stays its owner's.
class fd_source final : public source {
 public:
  /// `name` is what messages call it.
  explicit fd_source(int fd, std::string name = "the input", std::size_t block_bytes = 64 << 10);

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override;
  void close() noexcept override {}

 private:
  int fd_;
  std::string name_;
  std::size_t block_bytes_;
  std::shared_ptr<payload_pool> payloads_;
  std::stop_token stop_;
};

}  // namespace ingest
