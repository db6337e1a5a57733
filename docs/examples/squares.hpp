// A source of one's own: squares. Its positions let a later run go on where this one ended.
#pragma once

#include "ingest/source.hpp"

class squares final : public ingest::source {
 public:
  explicit squares(int count) : count_(count) {}

  void open(const std::optional<std::string>& position, std::stop_token) override {
    done_ = position ? std::stoi(*position) : 0;
  }

  std::optional<ingest::batch> read() override {
    if (done_ == count_) {
      return std::nullopt;
    }
    ++done_;
    ingest::batch b;
    b.data = std::make_shared<const std::string>(std::to_string(done_ * done_) + "\n");
    b.records = 1;
    b.position = std::to_string(done_);
    return b;
  }

  void close() noexcept override {}

 private:
  int count_;
  int done_ = 0;
};
