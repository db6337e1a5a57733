#pragma once

#include <string>
#include <vector>

#include "ingest/stop.hpp"
#include "ingest/testing/engine_run.hpp"
#include "ingest/testing/scripted_transform.hpp"

namespace ingest::testing {

/// What an engine does when it is told to stop.
inline std::vector<contract_case<engine>> engine_stop_cases() {
  return {
      {"a stop before the start opens nothing",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.stop.request("changed my mind");
         r.run_to_abort("changed my mind");
         e.expect(r.from.reads == 0 && r.to.opens == 0, "something was read, or the sink opened");
       }},
      {"a stop interrupts a read",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.on_read = [&](std::uint64_t n, const std::stop_token& stop) {
           if (n == 2) {
             r.stop.request("enough");
             e.expect(!wait_for(std::chrono::seconds(10), stop), "the source's token was not stopped within 10 s");
             throw error(errc::cancelled, "stopped while reading");
           }
         };
         r.run_to_abort("enough");
         r.expect_unbroken_beginning();
       }},
      {"a batch whose read was outrun by a stop is not written",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.on_read = [&](std::uint64_t n, const std::stop_token&) {
           if (n == 2) {
             r.stop.request("enough");
           }
         };
         r.run_to_abort("enough");
         e.expect(std::string("1\n").starts_with(r.to.text), "a batch read after the stop was written");
       }},
      {"nothing is written after a stop during a write",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.to.on_write = [&](std::uint64_t, const batch&) { r.stop.request("enough"); };
         r.run_to_abort("enough");
         e.expect_equal(r.to.text, std::string("1\n"), "what was written");
       }},
      {"a batch is not written when the stop comes while it is transformed",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.options.transforms = {transforming([&](batch b, const std::stop_token&) {
           if (b.bytes() == "2\n") {
             r.stop.request("enough");
           }
           return std::optional(std::move(b));
         })};
         r.run_to_abort("enough");
         e.expect(std::string("1\n").starts_with(r.to.text), "the batch was written");
       }},
      {"a stop interrupts a transform that waits",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.options.transforms = {transforming([&](batch, const std::stop_token& stop) -> std::optional<batch> {
           r.stop.request("enough");
           e.expect(!wait_for(std::chrono::seconds(10), stop), "the transform's token was not stopped within 10 s");
           throw error(errc::cancelled, "stopped while transforming");
         })};
         r.run_to_abort("enough");
         e.expect_equal(r.to.text, std::string(), "what was written");
       }},
      {"a stop after the last write is an abort, not a success",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.to.on_write = [&](std::uint64_t n, const batch&) {
           if (n == 3) {
             r.stop.request("too late");
           }
         };
         r.run_to_abort("too late");
       }},
      {"a stop during finalize changes nothing any more",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.to.on_finalize = [&] { r.stop.request("too late"); };
         r.run_to_success();
       }},
      {"a cancelled call without a stop is a failure",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.on_read = [](std::uint64_t, const std::stop_token&) { throw error(errc::cancelled, "by itself"); };
         r.run_to_failure(errc::cancelled, "by itself");
       }},
      {"the first reason of a stop is the one that is told",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.to.on_write = [&](std::uint64_t, const batch&) {
           r.stop.request("first");
           r.stop.request("second");
         };
         r.run_to_abort("first");
       }},
  };
}

}  // namespace ingest::testing
