#include "actors/stage.hpp"

namespace ingest::actors {

std::string to_string(stage_id stage) {
  switch (stage.kind) {
    case stage_kind::reader:
      return "reader " + std::to_string(stage.index);
    case stage_kind::transformer:
      return "transformer " + std::to_string(stage.index);
    case stage_kind::transform_worker:
      return "transform_worker " + std::to_string(stage.index);
    case stage_kind::memory_buffer:
      return "memory_buffer";
    case stage_kind::buffer_writer:
      return "buffer_writer";
    case stage_kind::loader:
      return "loader " + std::to_string(stage.index);
    case stage_kind::checkpoint:
      return "checkpoint";
  }
  return "unknown stage";
}

}  // namespace ingest::actors
