#include "first_records.hpp"

#include <string>
#include <utility>

namespace ingest::app {

namespace {

/// The first lines of a batch, as many as it shall have; it has more.
batch first_lines(const batch& of, std::uint64_t lines) {
  std::size_t end = 0;
  for (std::uint64_t i = 0; i < lines; ++i) {
    end = of.bytes().find('\n', end) + 1;
  }
  batch first;
  first.data = std::make_shared<const std::string>(of.bytes().substr(0, end));
  first.records = lines;
  return first;
}

}  // namespace

class first_records::limited_sink final : public sink {
 public:
  limited_sink(first_records& shared, std::unique_ptr<sink> to) : shared_(shared), to_(std::move(to)) {}

  void open(std::stop_token stop) override { to_->open(std::move(stop)); }
  void finalize() override { to_->finalize(); }
  void abort(const error& why) override { to_->abort(why); }
  commit_point commits() const override { return to_->commits(); }

  write_outcome write(const batch& records) override {
    if (shared_.left_ == 0) {
      return {};
    }
    const bool is_all = records.records <= shared_.left_;
    const batch first = is_all ? records : first_lines(records, shared_.left_);
    const write_outcome outcome = to_->write(first);
    shared_.left_ -= first.records;
    shared_.counters_->rows_loaded += first.records;
    shared_.counters_->bytes_loaded += first.bytes().size();
    if (shared_.left_ == 0) {
      shared_.enough_.request_stop();
    }
    return outcome;
  }

 private:
  first_records& shared_;
  std::unique_ptr<sink> to_;
};

sink_factory first_records::passed_to(sink_factory sinks) {
  return [this, sinks = std::move(sinks)](std::size_t loader) {
    return std::make_unique<limited_sink>(*this, sinks(loader));
  };
}

}  // namespace ingest::app
