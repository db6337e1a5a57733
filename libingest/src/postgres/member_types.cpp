#include "postgres/member_types.hpp"

#include <array>

#include "postgres/column_type.hpp"
#include "values/date_values.hpp"
#include "values/uuid.hpp"

namespace ingest::detail {

namespace {

using kind = json_value::kind;

struct candidate {
  std::string_view type;
  kind of;
};

/// The first that all values are of and fit is taken.
constexpr std::array candidates{
    candidate{"bool", kind::boolean}, candidate{"int8", kind::number}, candidate{"numeric", kind::number},
    candidate{"uuid", kind::string},  candidate{"date", kind::string}, candidate{"timestamptz", kind::string},
    candidate{"text", kind::string},
};

/// Whether the type shall be chosen because of this value: it is then as the server would write it, but for a time's
/// zone and digits below microseconds. What no column takes, as a text with NUL, is of its kind all the same: the
/// record will be refused, and must not decide for others.
bool fits(const candidate& c, const json_value& value, const value_reading& reading, std::string& scratch) {
  const bool is_text = value.what == kind::string;
  const text_reading texts = reading.texts;
  std::string bytes;
  if (c.type == "timestamptz" && value.what == kind::number) {
    return append_epoch(value, reading.epochs, scratch, bytes) == value_fit::exact;
  }
  if (value.what != c.of && !(is_text && texts == text_reading::all)) {
    return false;
  }
  if (is_text && texts == text_reading::none) {
    return c.type == "text";
  }
  if (c.type == "text" || (c.type == "numeric" && value.what == kind::number)) {
    return true;
  }
  const value_fit fit = find_column_type(c.type)->append(value, scratch, bytes);
  if (c.type == "timestamptz") {
    return fit != value_fit::none && is_plain_instant(*value.text(scratch));
  }
  return fit == value_fit::exact && (c.type != "uuid" || is_lower_case_uuid(*value.text(scratch)));
}

}  // namespace

void member_values::note(const json_value& value, const value_reading& reading, std::string& scratch) {
  if (value.is_null()) {
    return;
  }
  any_ = true;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if ((fits_ >> i & 1) != 0 && !fits(candidates[i], value, reading, scratch)) {
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
