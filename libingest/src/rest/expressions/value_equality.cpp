#include <algorithm>

#include "ingest/error.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

namespace {

/// Comparing what shares its parts could take for ever.
constexpr std::size_t max_comparisons = 2'000'000;

bool is_numeric(const value& of) {
  return of.is_number() || of.kind() == value::kind::boolean;
}

bool equal_numbers(const value& a, const value& b) {
  const bool whole = a.kind() == value::kind::integer && b.kind() == value::kind::integer;
  if (whole && (a.fits_64_bits() || b.fits_64_bits())) {
    return a.fits_64_bits() && b.fits_64_bits() && a.integer() == b.integer();
  }
  return whole ? a.digits() == b.digits() : a.real() == b.real();
}

/// Of the outermost comparison, for objects compare what they hold anew.
thread_local std::size_t comparisons = 0;
thread_local std::size_t running = 0;

class comparison {
 public:
  comparison() { comparisons = running++ == 0 ? 0 : comparisons; }
  ~comparison() { --running; }
  comparison(const comparison&) = delete;
  comparison& operator=(const comparison&) = delete;

  bool equal(const value& a, const value& b) {
    if (++comparisons > max_comparisons) {
      throw error(errc::bad_data, "two values are too large to be compared");
    }
    if (is_numeric(a) && is_numeric(b)) {
      return equal_numbers(a, b);
    }
    if (a.kind() != b.kind()) {
      return false;
    }
    switch (a.kind()) {
      case value::kind::text:
        return a.text() == b.text();
      case value::kind::list:
      case value::kind::tuple:
        return all_equal(a.items(), b.items());
      case value::kind::dict:
        return all_equal(a.members(), b.members());
      case value::kind::object:
        return a.thing().equals(b.thing());
      default:
        return true;
    }
  }

 private:
  bool all_equal(const value::elements& a, const value::elements& b) {
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i < a.size(); ++i) {
      same = equal(a[i], b[i]);
    }
    return same;
  }

  bool all_equal(const dictionary& a, const dictionary& b) {
    bool same = a.size() == b.size();
    for (auto member = a.begin(); same && member != a.end(); ++member) {
      const value* const other = b.find(member->first);
      same = other != nullptr && equal(member->second, *other);
    }
    return same;
  }
};

}  // namespace

bool value::same_as(const value& other) const {
  if (content_ == other.content_) {
    return true;
  }
  const bool by_value = kind() == kind::boolean || kind() == kind::text || kind() == kind::integer;
  return by_value && kind() == other.kind() && *this == other;
}

bool value::operator==(const value& other) const {
  return comparison().equal(*this, other);
}

std::size_t hash_of_text(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

namespace {

/// Of a tuple no more than this counts, so that those that share their parts do not take for ever.
constexpr std::size_t hashed_levels = 3;
constexpr std::size_t hashed_items = 16;

std::size_t hash_of(const value& of, std::size_t level) {
  if (of.is_text()) {
    return hash_of_text(of.text());
  }
  if (is_numeric(of)) {
    return std::hash<double>()(of.real());  // integers that share a double share a hash, too
  }
  if (of.kind() != value::kind::tuple) {
    return static_cast<std::size_t>(of.kind());
  }
  std::size_t mixed = of.items().size();
  for (std::size_t i = 0; i < std::min(of.items().size(), hashed_items) && level < hashed_levels; ++i) {
    mixed = mixed * 1'000'003 ^ hash_of(of.items()[i], level + 1);
  }
  return mixed;
}

}  // namespace

std::size_t value::hash() const {
  return hash_of(*this, 0);
}

}  // namespace ingest::rest
