#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "ingest/testing/engine_run.hpp"
#include "ingest/testing/scripted_transform.hpp"

namespace ingest::testing {

/// The error that scripts throw: one that no restart could mend.
inline error scripted_error(const std::string& message) {
  return error(errc::bad_data, message);
}

/// What an engine does when something throws, or when the options make no sense.
inline std::vector<contract_case<engine>> engine_failure_cases() {
  const auto source_that_throws_at = [](std::uint64_t at) {
    return [at](const engine& subject, expectations& e) {
      engine_run r(subject, e);
      r.from.on_read = [at](std::uint64_t n, const std::stop_token&) {
        if (n == at) {
          throw scripted_error("no more");
        }
      };
      r.run_to_failure(errc::bad_data, "no more");
      r.expect_unbroken_beginning();
      e.expect_equal(r.from.reads.load(), at, "the number of reads");
    };
  };
  return {
      {"a source that cannot be opened fails the run and is closed",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.on_open = [] { throw scripted_error("no such thing"); };
         r.run_to_failure(errc::bad_data, "no such thing");
         e.expect_equal(r.from.reads.load(), 0u, "the number of reads");
       }},
      {"a source that throws at its start fails the run", source_that_throws_at(1)},
      {"a source that throws in the middle fails the run", source_that_throws_at(2)},
      {"a source that throws at its end fails the run", source_that_throws_at(4)},
      {"a sink that cannot be opened is aborted",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.to.on_open = [] { throw scripted_error("read-only"); };
         r.run_to_failure(errc::bad_data, "read-only");
         e.expect_equal(r.to.aborts.load(), 1, "the number of aborts");
       }},
      {"a sink that throws in a write is aborted and told why",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.to.on_write = [](std::uint64_t n, const batch&) {
           if (n == 2) {
             throw scripted_error("full");
           }
         };
         r.run_to_failure(errc::bad_data, "full");
         e.expect_equal(r.to.text, std::string("1\n"), "what was written");
         r.expect_error(r.to.why_aborted, errc::bad_data, "full");
       }},
      {"a sink that throws in finalize is aborted",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.to.on_finalize = [] { throw scripted_error("cannot rename"); };
         r.run_to_failure(errc::bad_data, "cannot rename");
         e.expect_equal(r.to.text, r.from.text(), "what was written");
       }},
      {"an abort that throws stands beside the first error",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.to.on_write = [](std::uint64_t, const batch&) { throw scripted_error("full"); };
         r.to.on_abort = [] { throw scripted_error("cannot remove"); };
         const auto result = r.run_to_failure(errc::bad_data, "full");
         r.expect_error(result.abort_failure, errc::bad_data, "cannot remove");
       }},
      {"a foreign exception is an internal error",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.to.on_write = [](std::uint64_t, const batch&) { throw std::out_of_range("index 7"); };
         r.run_to_failure(errc::internal, "index 7");
       }},
      {"a transform that throws fails the run, and its batch is not written",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.options.transforms = {transforming([](batch b, const std::stop_token&) -> std::optional<batch> {
           if (b.bytes() == "2\n") {
             throw scripted_error("cannot parse");
           }
           return b;
         })};
         r.run_to_failure(errc::bad_data, "cannot parse");
         e.expect(std::string("1\n").starts_with(r.to.text), "a batch behind the failed one was written");
       }},
      {"a transform that throws at the end fails the run",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.options.transforms = {
             transforming([](batch b, const std::stop_token&) { return std::optional(std::move(b)); },
                          []() -> std::optional<batch> { throw scripted_error("half a record"); })};
         r.run_to_failure(errc::bad_data, "half a record");
       }},
      {"a progress callback that throws fails the run",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.options.on_progress = [](const stream_progress&) { throw scripted_error("nobody listens"); };
         r.run_to_failure(errc::bad_data, "nobody listens");
       }},
      {"senseless options are refused before anything is opened",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.options.transforms = {nullptr};
         r.run_to_failure(errc::config, *complaint_about(r.options));
         e.expect(r.from.opens == 0 && r.to.opens == 0, "source or sink were opened all the same");
       }},
      {"what exceeds a limit is not written",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.options.limits.records = 2;
         const auto result = r.run();
         e.expect(result.status == stream_status::failed && result.failure->code() == errc::bad_data,
                  "the run did not fail with bad_data");
         e.expect_equal(r.to.text, std::string("1\n2\n"), "what was written");
       }},
  };
}

}  // namespace ingest::testing
