#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ingest/source.hpp"

namespace ingest {

/// Records that are in memory, one a batch. Positions count records.
class memory_source final : public source {
 public:
  explicit memory_source(std::vector<std::string> records);

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override;
  void close() noexcept override {}

 private:
  std::vector<std::shared_ptr<const std::string>> records_;
  std::size_t next_ = 0;
};

}  // namespace ingest
