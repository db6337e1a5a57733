#pragma once

#include <cstdint>
#include <optional>

#include "rest/expressions/interpolation.hpp"

namespace ingest::rest {

/// `page_size` of a pagination strategy: a number, or an expression of one.
class page_size {
 public:
  page_size() = default;
  explicit page_size(std::optional<interpolation> text) : text_(std::move(text)) {}

  /// Nothing where none is given. Throws errc::config where it does not come out as a whole number.
  std::optional<std::int64_t> evaluate(const variables& given) const;

  /// Null where none is given.
  const interpolation* text() const { return text_ ? &*text_ : nullptr; }

 private:
  std::optional<interpolation> text_;
};

}  // namespace ingest::rest
