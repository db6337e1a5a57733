#include "ingest/ingest_stream.hpp"

#include <utility>

#include "ingest/stop.hpp"

namespace ingest {

namespace {

class stream {
 public:
  stream(source& from, sink& to, const stream_options& options)
      : from_(from), to_(to), options_(options), chain_(options.transforms) {}

  stream_result run() {
    const auto start = std::chrono::steady_clock::now();
    try {
      validate();
      open();
      copy();
      require_going();
      to_.finalize();
      result_.status = stream_status::success;
    } catch (...) {
      fail(current_error());
    }
    from_.close();
    result_.duration = std::chrono::steady_clock::now() - start;
    return std::move(result_);
  }

 private:
  void validate() const {
    if (const auto complaint = complaint_about(options_)) {
      throw error(errc::config, *complaint);
    }
  }

  void open() {
    require_going();
    from_.open(options_.position, options_.stop.token());
    chain_.open(options_.stop.token());
    sink_is_open_ = true;  // also if open() throws: abort() follows then
    to_.open(options_.stop.token());
  }

  void copy() {
    const auto write = [this](const batch& b) { this->write(b); };
    for (bool last = false; !last;) {
      require_going();
      auto next = from_.read();
      if (!next) {
        break;
      }
      last = next->last;
      require_within(options_.limits.batch_bytes, next->bytes().size(), "a batch of too many bytes");
      chain_.apply(std::move(*next), write);
    }
    chain_.finish(write);
  }

  void write(const batch& b) {
    require_going();
    require_within(options_.limits.batch_bytes, b.bytes().size(), "a batch of too many bytes");
    require_within(options_.limits.bytes, result_.bytes + b.bytes().size(), "too many bytes");
    require_within(options_.limits.records, result_.records + b.records, "too many records");
    result_.outcome += to_.write(b);
    result_.bytes += b.bytes().size();
    result_.records += b.records;
    result_.batches += 1;
    result_.position = b.position;
    if (options_.on_progress) {
      options_.on_progress(result_);
    }
  }

  void require_going() const { throw_if_stopped(options_.stop.token()); }

  void fail(const error& e) {
    const bool stopped = e.code() == errc::cancelled && options_.stop.requested();
    result_.status = stopped ? stream_status::aborted : stream_status::failed;
    result_.failure = stopped ? options_.stop.why() : e;
    if (sink_is_open_) {
      try {
        to_.abort(*result_.failure);
      } catch (...) {
        result_.abort_failure = current_error();
      }
    }
  }

  source& from_;
  sink& to_;
  const stream_options& options_;
  transform_chain chain_;
  bool sink_is_open_ = false;
  stream_result result_;
};

}  // namespace

std::optional<std::string> complaint_about(const stream_options& options) {
  for (std::size_t i = 0; i < options.transforms.size(); ++i) {
    if (!options.transforms[i]) {
      return "transform " + std::to_string(i + 1) + " of the stream is null: hand over an object";
    }
  }
  const auto& [batch_bytes, bytes, records] = options.limits;
  if (batch_bytes == 0u || bytes == 0u || records == 0u) {
    return "a limit of the stream is 0, so that nothing could pass: leave it out if none is wanted";
  }
  return std::nullopt;
}

void require_within(const std::optional<std::uint64_t>& limit, std::uint64_t amount, const char* what) {
  if (limit && amount > *limit) {
    throw error(errc::bad_data, std::string("the stream holds ") + what + ", more than its limit of " +
                                    std::to_string(*limit) + "; raise the limit if that is meant to be");
  }
}

stream_result ingest_stream(source& from, sink& to, const stream_options& options) {
  return stream(from, to, options).run();
}

}  // namespace ingest
