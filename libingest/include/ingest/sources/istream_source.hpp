#pragma once

#include <cstddef>
#include <istream>
#include <memory>

#include "ingest/source.hpp"

namespace ingest {

class payload_pool;

/// What comes out of a std::istream from where it stands, in blocks that know nothing of records. Carries no positions:
/// opening it at one throws errc::config. A stop is noticed between reads; a read that blocks cannot be interrupted,
/// for which fd_source is the better choice. The stream must outlive the source.
class istream_source final : public source {
 public:
  explicit istream_source(std::istream& from, std::size_t block_bytes = 64 << 10);

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override;
  void close() noexcept override {}

 private:
  std::istream& from_;
  std::size_t block_bytes_;
  std::shared_ptr<payload_pool> payloads_;
  std::stop_token stop_;
};

}  // namespace ingest
