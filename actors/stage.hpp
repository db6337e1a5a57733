#pragma once

#include <cstdint>
#include <string>
#include <tuple>

namespace ingest::actors {

/// In the direction of the data, which is the order in which stages are ended.
enum class stage_kind { reader, transformer, transform_worker, buffer_writer, memory_buffer, loader, checkpoint };

/// Names a stage of the pipeline: what it is, and which of several.
struct stage_id {
  stage_kind kind = stage_kind::reader;
  std::uint32_t index = 0;

  bool operator==(const stage_id&) const = default;
  auto operator<=>(const stage_id&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// "reader 2", "buffer_writer": as logs print it.
std::string to_string(stage_id stage);

/// The number of one life of a stage. Every start of a stage anywhere in the pipeline draws the next number, so a later
/// life has a greater one. The credit and the messages between it and its neighbours carry it, and whatever carries an
/// older one is dropped.
using life_number = std::uint64_t;

}  // namespace ingest::actors
