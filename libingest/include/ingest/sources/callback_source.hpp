#pragma once

#include <functional>
#include <utility>

#include "ingest/source.hpp"

namespace ingest {

/// What a function returns: a batch each time it is called, nothing at the end. The token is stopped when the function
/// should no longer block: it throws errc::cancelled then. Cannot be opened at a position unless the function looks at
/// the one given to it, the same with each call of a run.
class callback_source final : public source {
 public:
  using function = std::function<std::optional<batch>(const std::optional<std::string>& opened_at, std::stop_token)>;

  explicit callback_source(function next) : next_(std::move(next)) {}

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    opened_at_ = position;
    stop_ = std::move(stop);
  }
  std::optional<batch> read() override { return next_(opened_at_, stop_); }
  void close() noexcept override {}

 private:
  function next_;
  std::optional<std::string> opened_at_;
  std::stop_token stop_;
};

}  // namespace ingest
