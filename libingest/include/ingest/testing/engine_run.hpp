#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ingest/ingest_stream.hpp"
#include "ingest/testing/contract_case.hpp"
#include "ingest/testing/recording_sink.hpp"
#include "ingest/testing/scripted_source.hpp"

namespace ingest::testing {

/// Anything that runs a source into a sink as ingest_stream() does. Must have ended all of its threads' calls when run
/// returns, must start nothing twice (a stage that throws is not restarted: one source, one sink, one life), and writes
/// in the order of reading.
struct engine {
  std::function<stream_result(source&, sink&, const stream_options&)> run;

  std::uint64_t in_flight_bytes = 0;  ///< payload held at a time, at most, beside two batches
  std::uint64_t huge_batch_bytes = 32ull << 20;
  std::uint64_t tiny_batches = 1'000'000;
};

/// One run of an engine, between a source and a sink that follow a script, with all checked that holds for every run.
class engine_run {
 public:
  engine_run(const engine& subject, expectations& e) : from(e), to(e), engine_(subject), expectations_(e) {
    options.stop = stop.signal();
  }

  scripted_source from;
  recording_sink to;
  stop_switch stop;
  stream_options options;

  stream_result run() {
    const stream_result r = engine_.run(from, to, options);
    from.end();
    to.end();
    expectations_.expect_equal(r.bytes, to.text.size(), "the number of bytes in the result");
    expectations_.expect_equal(r.records, to.records, "the number of records in the result");
    expectations_.expect_equal(r.outcome.rows_loaded, to.records, "the sum of the sink's outcomes");
    expectations_.expect(r.duration.count() >= 0, "the run lasted less than no time");
    if (r.ok()) {
      expectations_.expect(!r.failure && !r.abort_failure, "a success has an error");
      expectations_.expect(to.finalizes == 1 && to.aborts == 0,
                           "a success without exactly one finalize() and no abort()");
    } else {
      expectations_.expect(r.failure.has_value(), "a run that is no success does not say why");
      expectations_.expect_equal(to.aborts.load(), to.opens.load(), "the number of aborts of a sink that was opened");
    }
    return r;
  }

  stream_result run_to_success() {
    const stream_result r = run();
    expectations_.expect(r.ok(), std::string("the run is no success: ") + (r.failure ? r.failure->what() : "no error"));
    return r;
  }

  /// Runs, and expects a failure with `code` and a message that is `message`.
  stream_result run_to_failure(errc code, const std::string& message) {
    const stream_result r = run();
    expectations_.expect(r.status == stream_status::failed, "the status is not failed");
    expect_error(r.failure, code, message);
    return r;
  }

  /// Runs, and expects that it was aborted with `reason`.
  stream_result run_to_abort(const std::string& reason) {
    const stream_result r = run();
    expectations_.expect(r.status == stream_status::aborted, "the status is not aborted");
    expect_error(r.failure, errc::cancelled, reason);
    expectations_.expect_equal(to.finalizes.load(), 0, "the number of finalizes after a stop");
    return r;
  }

  void expect_error(const std::optional<error>& actual, errc code, const std::string& message) {
    if (expectations_.expect(actual.has_value(), "there is no error")) {
      expectations_.expect_equal(std::string(name_of(actual->code())), std::string(name_of(code)), "the error's code");
      expectations_.expect_equal(std::string(actual->what()), message, "the error's message");
    }
  }

  /// Expects that what was written is the beginning of what the source had.
  void expect_unbroken_beginning() {
    expectations_.expect(from.text().starts_with(to.text), "what was written is not the beginning of what there was");
  }

  expectations& expect() { return expectations_; }

 private:
  const engine& engine_;
  expectations& expectations_;
};

}  // namespace ingest::testing
