#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "ingest/testing/engine_run.hpp"
#include "ingest/testing/scripted_transform.hpp"

namespace ingest::testing {

/// What an engine does with streams to which nothing happens.
inline std::vector<contract_case<engine>> engine_flow_cases() {
  return {
      {"everything is written, in order, and finalized",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.batches = 100;
         const auto result = r.run_to_success();
         e.expect_equal(r.to.text, r.from.text(), "what was written");
         e.expect_equal(result.batches, 100u, "the number of batches");
         e.expect_equal(result.position, std::string("100"), "the position");
       }},
      {"an empty stream is finalized",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.batches = 0;
         e.expect_equal(r.run_to_success().batches, 0u, "the number of batches");
       }},
      {"a batch marked as the last one is the last read",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.marks_last = true;
         r.run_to_success();
         e.expect_equal(r.from.reads.load(), 3u, "the number of reads");
         e.expect_equal(r.to.text, r.from.text(), "what was written");
       }},
      {"a stream goes on from a position",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.options.position = "2";
         r.run_to_success();
         e.expect_equal(r.to.text, std::string("3\n"), "what was written");
       }},
      {"one huge batch passes",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.batches = 1;
         r.from.payload = [&](std::uint64_t) { return std::string(subject.huge_batch_bytes, 'x'); };
         r.run_to_success();
         e.expect(r.to.text == r.from.text(), "the huge batch came out different");
       }},
      {"a multitude of tiny batches passes",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.batches = subject.tiny_batches;
         e.expect_equal(r.run_to_success().batches, subject.tiny_batches, "the number of batches");
         e.expect(r.to.text == r.from.text(), "the tiny batches came out different");
       }},
      {"batches without bytes or records pass",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.payload = [](std::uint64_t) { return std::string(); };
         e.expect_equal(r.run_to_success().position, std::string("3"), "the position");
       }},
      {"a slow sink holds the source back",
       [](const engine& subject, expectations& e) {
         constexpr std::size_t batch_bytes = 256 << 10;
         payload_meter meter;
         engine_run r(subject, e);
         r.from.batches = 50 + 4 * subject.in_flight_bytes / batch_bytes;
         r.from.payload = [](std::uint64_t) { return std::string(batch_bytes, 'x'); };
         r.from.meter = &meter;
         r.to.on_write = [](std::uint64_t, const batch&) { std::this_thread::sleep_for(std::chrono::milliseconds(2)); };
         r.run_to_success();
         e.expect(meter.peak() <= subject.in_flight_bytes + 2 * batch_bytes,
                  std::to_string(meter.peak()) + " bytes of payload were alive at a time");
       }},
      {"transforms apply in their order",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.options.transforms = {prefixing("a"), prefixing("b")};
         r.run_to_success();
         e.expect_equal(r.to.text, std::string("ba1\nba2\nba3\n"), "what was written");
       }},
      {"a batch that a transform drops reaches nobody behind it",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         const auto drop = [](batch b, const std::stop_token&) {
           return b.bytes() == "2\n" ? std::nullopt : std::optional(std::move(b));
         };
         r.options.transforms = {transforming(drop), prefixing("a")};
         e.expect_equal(r.run_to_success().batches, 2u, "the number of batches");
         e.expect_equal(r.to.text, std::string("a1\na3\n"), "what was written");
       }},
      {"what a transform held back is written at the end",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         const auto drop = [](batch, const std::stop_token&) { return std::optional<batch>(); };
         const auto tail = [] { return std::optional(with_bytes(batch(), "tail")); };
         r.options.transforms = {transforming(drop, tail), prefixing("a")};
         r.run_to_success();
         e.expect_equal(r.to.text, std::string("atail"), "what was written");
       }},
      {"a slow transform loses and reorders nothing",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         r.from.batches = 20;
         r.options.transforms = {transforming([](batch b, const std::stop_token&) {
           std::this_thread::sleep_for(std::chrono::milliseconds(b.position.ends_with('1') ? 20 : 1));
           return std::optional(std::move(b));
         })};
         r.run_to_success();
         e.expect_equal(r.to.text, r.from.text(), "what was written");
       }},
      {"progress is told after each write",
       [](const engine& subject, expectations& e) {
         engine_run r(subject, e);
         std::vector<std::uint64_t> told;
         r.options.on_progress = [&](const stream_progress& p) {
           e.expect_equal(p.bytes, 2 * p.batches, "the number of bytes told");
           told.push_back(p.batches);
         };
         r.run_to_success();
         e.expect(told == std::vector<std::uint64_t>{1, 2, 3}, "progress is not told once a batch");
       }},
  };
}

}  // namespace ingest::testing
