#pragma once

#include <memory>

#include "ingest/sink.hpp"
#include "ingest/source.hpp"

namespace ingest::actors {

/// A source of the caller, for one life of a reader. Closed exactly once for its open(), or else when nobody can open
/// it any more.
class lent_source {
 public:
  explicit lent_source(source& lender) : lender_(lender) {}
  ~lent_source() { close(); }
  lent_source(const lent_source&) = delete;
  lent_source& operator=(const lent_source&) = delete;

  source& lender() { return lender_; }
  void close() noexcept;

 private:
  source& lender_;
  bool closed_ = false;
};

/// What a reader gets in its place.
std::unique_ptr<source> lend(std::shared_ptr<lent_source> lent);

/// What a loader gets in the place of the caller's sink.
std::unique_ptr<sink> lend(sink& lender);

}  // namespace ingest::actors
