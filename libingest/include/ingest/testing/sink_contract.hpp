#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "ingest/sink.hpp"
#include "ingest/testing/contract_case.hpp"

namespace ingest::testing {

/// A kind of sink, to be tested against the contract of `sink`.
struct sink_kind {
  /// Makes a new sink; each with a target of its own, or with the same one: cases follow each other.
  std::function<std::unique_ptr<sink>()> make;

  /// Batch n, counted from 1. Lines of JSON unless something else is given.
  std::function<batch(std::uint64_t n)> sample = [](std::uint64_t n) {
    batch b;
    b.data = std::make_shared<const std::string>("{\"n\":" + std::to_string(n) + "}\n");
    b.records = 1;
    b.position = std::to_string(n);
    return b;
  };

  /// What stands in the target of the sink made last. Left out: what was written is not compared.
  std::function<std::string()> contents = nullptr;

  /// What stands there after an abort or a crash, given what was written. Left out: not compared.
  std::function<std::string(const std::string& written)> contents_after_abort = nullptr;
};

namespace detail {

/// Opens a new sink of `kind` and writes `n` batches. Returns it, and what was written.
inline std::pair<std::unique_ptr<sink>, std::string> written(const sink_kind& kind, std::uint64_t n) {
  auto s = kind.make();
  std::string text;
  s->open({});
  for (std::uint64_t i = 1; i <= n; ++i) {
    const batch b = kind.sample(i);
    s->write(b);
    text += b.bytes();
  }
  return {std::move(s), std::move(text)};
}

inline std::function<void(const sink_kind&, expectations&)> finalized_after(std::uint64_t n) {
  return [n](const sink_kind& kind, expectations& e) {
    const auto [s, text] = written(kind, n);
    s->finalize();
    if (kind.contents) {
      e.expect_equal(kind.contents(), text, "the target");
    }
  };
}

inline void expect_aborted(const sink_kind& kind, const std::string& text, expectations& e) {
  if (kind.contents && kind.contents_after_abort) {
    e.expect_equal(kind.contents(), kind.contents_after_abort(text), "the target");
  }
}

inline std::function<void(const sink_kind&, expectations&)> aborted_after(std::uint64_t n) {
  return [n](const sink_kind& kind, expectations& e) {
    const auto [s, text] = written(kind, n);
    s->abort(error(errc::bad_data, "the test wants it so"));
    expect_aborted(kind, text, e);
  };
}

inline std::function<void(const sink_kind&, expectations&)> destroyed_after(std::uint64_t n) {
  return [n](const sink_kind& kind, expectations& e) {
    auto [s, text] = written(kind, n);
    s.reset();
    expect_aborted(kind, text, e);
  };
}

}  // namespace detail

/// What any sink must bear and do.
inline std::vector<contract_case<sink_kind>> sink_cases() {
  return {
      {"what was written is there after finalize", detail::finalized_after(3)},
      {"a thousand small batches are there after finalize", detail::finalized_after(1000)},
      {"an empty stream can be finalized", detail::finalized_after(0)},
      {"an abort before the first write is borne", detail::aborted_after(0)},
      {"an abort after writes is borne", detail::aborted_after(3)},
      {"a sink may die without an end", detail::destroyed_after(3)},
      {"a sink may die before it is opened", [](const sink_kind& kind, expectations&) { kind.make().reset(); }},
      {"a batch without bytes is borne",
       [](const sink_kind& kind, expectations&) {
         const auto s = kind.make();
         s->open({});
         s->write(batch());
         s->finalize();
       }},
      {"a write after a stop does its work or throws cancelled",
       [](const sink_kind& kind, expectations& e) {
         const auto s = kind.make();
         std::stop_source stop;
         stop.request_stop();
         try {
           s->open(stop.get_token());
           s->write(kind.sample(1));
         } catch (const error& failure) {
           e.expect(failure.code() == errc::cancelled, std::string("another error came out: ") + failure.what());
         }
         s->abort(error(errc::cancelled, "stop requested"));
       }},
  };
}

}  // namespace ingest::testing
