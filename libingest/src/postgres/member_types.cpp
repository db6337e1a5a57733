#include "postgres/member_types.hpp"

#include <array>

#include "postgres/column_type.hpp"

namespace ingest::detail {

namespace {

using kind = json_value::kind;

struct candidate {
  std::string_view type;
  kind of;
};

/// The first that all values are of and fit is taken. Texts of numbers stay texts.
constexpr std::array candidates{
    candidate{"bool", kind::boolean}, candidate{"int8", kind::number}, candidate{"numeric", kind::number},
    candidate{"uuid", kind::string},  candidate{"date", kind::string}, candidate{"timestamptz", kind::string},
    candidate{"text", kind::string},
};

bool fits(const candidate& c, const json_value& value, std::string& scratch) {
  if (value.what != c.of) {
    return false;
  }
  std::string bytes;
  const value_fit fit = find_column_type(c.type)->append(value, scratch, bytes);
  // Of a time with a zone, the column has as many digits as it can hold; a date that has a time is no date.
  return fit == value_fit::exact || (fit == value_fit::rounded && c.type == "timestamptz");
}

}  // namespace

void member_values::note(const json_value& value, std::string& scratch) {
  if (value.is_null()) {
    return;
  }
  any_ = true;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if ((fits_ >> i & 1) != 0 && !fits(candidates[i], value, scratch)) {
      fits_ &= ~(1u << i);
    }
  }
}

member_values& members::of(std::string_view name) {
  const auto known = places_.find(name);
  if (known != places_.end()) {
    return all_[known->second].second;
  }
  places_.emplace(name, all_.size());
  return all_.emplace_back(name, member_values()).second;
}

std::string_view member_values::type() const {
  if (!any_) {
    return "";
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if ((fits_ >> i & 1) != 0) {
      return candidates[i].type;
    }
  }
  return "jsonb";
}

}  // namespace ingest::detail
