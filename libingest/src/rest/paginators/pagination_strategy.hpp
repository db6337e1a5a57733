#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rest/expressions/interpolation.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

class answer;

/// What a strategy is told of a page.
struct page_facts {
  /// `config`, and of `response`, `headers`, `last_record` and `last_page_size` those that the strategy names.
  const variables& given;
  std::size_t extracted = 0;     ///< records that the answer had
  std::size_t selected = 0;      ///< those of them that the record filter let pass
  const answer* from = nullptr;  ///< for strategies of one's own
  bool in_list = false;          ///< the answer is a list, so that `response` is but its first element
};

/// Tells from a page what is asked for next: a token, which may be any value. Changes nothing; thread-safe.
class pagination_strategy {
 public:
  virtual ~pagination_strategy() = default;

  /// The token of the first request; nothing where none is sent with it.
  virtual std::optional<value> initial_token() const = 0;

  /// The token of the page behind the one that `asked` led to; nothing, or a value that is false in Python, at the end.
  /// Throws errc::config for an expression that cannot be evaluated, errc::bad_data for a token that is not its own.
  virtual std::optional<value> next_token(const page_facts& page, const std::optional<value>& asked) const = 0;

  /// The token of the page behind one with which next_token() ends for no other reason than that it has fewer records
  /// than were asked for, or none: an API that gives no more than that in a page has more of them. Nothing where that
  /// is not why, and where it would be the same page again.
  virtual std::optional<value> token_behind_short_page(const page_facts&, const std::optional<value>&) const {
    return std::nullopt;
  }

  /// How many records a page is asked to have; nothing where that is not said.
  virtual std::optional<std::int64_t> page_size(const variables& given) const = 0;

  /// What next_token() evaluates: tells what it looks at.
  virtual std::vector<const interpolation*> templates() const = 0;

  /// Whether it may look at the records inside of `response`, by what is said there and not by templates(); nothing:
  /// the templates tell.
  virtual std::optional<bool> looks_at_records() const { return std::nullopt; }
};

}  // namespace ingest::rest
