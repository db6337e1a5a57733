#pragma once

#include "ingest/sink.hpp"

namespace ingest {

/// Where records go that nobody needs: for measuring sources, and for trying things out.
class null_sink final : public sink {
 public:
  write_outcome write(const batch&) override { return {}; }
  void finalize() override {}
  void abort(const error&) override {}
};

}  // namespace ingest
