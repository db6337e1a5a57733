#include "actors/single_life.hpp"

#include <utility>

namespace ingest::actors {

namespace {

class source_on_loan final : public source {
 public:
  explicit source_on_loan(std::shared_ptr<lent_source> lent) : lent_(std::move(lent)) {}

  void open(const std::optional<std::string>& position, std::stop_token stop) override {
    lent_->lender().open(position, std::move(stop));
  }
  std::optional<batch> read() override { return lent_->lender().read(); }
  void close() noexcept override { lent_->close(); }

 private:
  std::shared_ptr<lent_source> lent_;
};

class sink_on_loan final : public sink {
 public:
  explicit sink_on_loan(sink& lender) : lender_(lender) {}

  void open(std::stop_token stop) override { lender_.open(std::move(stop)); }
  write_outcome write(const batch& records) override { return lender_.write(records); }
  void finalize() override { lender_.finalize(); }
  void abort(const error& why) override { lender_.abort(why); }
  commit_point commits() const override { return lender_.commits(); }

 private:
  sink& lender_;
};

}  // namespace

void lent_source::close() noexcept {
  if (!std::exchange(closed_, true)) {
    lender_.close();
  }
}

std::unique_ptr<source> lend(std::shared_ptr<lent_source> lent) {
  return std::make_unique<source_on_loan>(std::move(lent));
}

std::unique_ptr<sink> lend(sink& lender) {
  return std::make_unique<sink_on_loan>(lender);
}

}  // namespace ingest::actors
