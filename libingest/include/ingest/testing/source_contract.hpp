#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/source.hpp"
#include "ingest/testing/contract_case.hpp"

namespace ingest::testing {

/// A kind of source, to be tested against the contract of `source`.
struct source_kind {
  /// Makes a new source; all of them have the same contents.
  std::function<std::unique_ptr<source>()> make;

  std::optional<std::string> contents = std::nullopt;  ///< the bytes it yields in all; nothing: not compared
  bool can_resume = true;                              ///< it can be opened at each position that its batches carry
};

namespace detail {

struct reading {
  std::string text;
  std::uint64_t records = 0;
  std::vector<std::string> positions;     ///< after each batch
  std::vector<std::string> texts_before;  ///< all that had been read at each of them
};

inline reading read_all(source& s, const std::optional<std::string>& position) {
  reading r;
  s.open(position, {});
  while (auto b = s.read()) {
    r.text += b->bytes();
    r.records += b->records;
    r.positions.push_back(b->position);
    r.texts_before.push_back(r.text);
    if (b->last) {
      break;
    }
  }
  s.close();
  return r;
}

inline void check_positions(const source_kind& kind, expectations& e) {
  const auto s = kind.make();
  const reading whole = read_all(*s, std::nullopt);
  for (std::size_t i = 0; i < whole.positions.size(); ++i) {
    const auto again = kind.make();
    const reading rest = read_all(*again, whole.positions[i]);
    e.expect_equal(whole.texts_before[i] + rest.text, whole.text, "what was read up to a position and from it on");
  }
}

inline void check_stop(const source_kind& kind, expectations& e) {
  const auto s = kind.make();
  std::stop_source stop;
  stop.request_stop();
  const auto start = std::chrono::steady_clock::now();
  try {
    s->open(std::nullopt, stop.get_token());
    s->read();
  } catch (const error& failure) {
    e.expect(failure.code() == errc::cancelled, std::string("another error came out: ") + failure.what());
  }
  s->close();
  e.expect(std::chrono::steady_clock::now() - start < std::chrono::seconds(1), "it took more than a second");
}

}  // namespace detail

/// What any source must bear and do.
inline std::vector<contract_case<source_kind>> source_cases() {
  return {
      {"everything is read",
       [](const source_kind& kind, expectations& e) {
         const auto s = kind.make();
         const detail::reading r = detail::read_all(*s, std::nullopt);
         if (kind.contents) {
           e.expect_equal(r.text, *kind.contents, "what was read");
         }
       }},
      {"it goes on from each of its positions",
       [](const source_kind& kind, expectations& e) {
         if (kind.can_resume) {
           detail::check_positions(kind, e);
         }
       }},
      {"opened again, it begins anew",
       [](const source_kind& kind, expectations& e) {
         if (kind.can_resume) {
           const auto s = kind.make();
           const std::string first = detail::read_all(*s, std::nullopt).text;
           e.expect_equal(detail::read_all(*s, std::nullopt).text, first, "what the second reading gave");
         }
       }},
      {"it may be closed without having been opened",
       [](const source_kind& kind, expectations&) { kind.make()->close(); }},
      {"it may be closed before its end",
       [](const source_kind& kind, expectations&) {
         const auto s = kind.make();
         s->open(std::nullopt, {});
         s->read();
         s->close();
       }},
      {"a read after a stop does its work or throws cancelled, within a second", detail::check_stop},
  };
}

}  // namespace ingest::testing
