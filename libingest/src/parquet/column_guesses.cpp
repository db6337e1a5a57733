#include "parquet/column_guesses.hpp"

#include <array>

#include "core/utf8.hpp"
#include "parquet/parquet_rows.hpp"
#include "parquet/parquet_value.hpp"
#include "values/date_values.hpp"
#include "values/uuid.hpp"

namespace ingest::detail {

namespace {

using kind = json_value::kind;

constexpr std::size_t most_columns = 500;

struct candidate {
  parquet_type type;
  kind of;
};

/// The first that all values are of and fit is taken. Texts of numbers stay texts.
constexpr std::array candidates{
    candidate{parquet_type::boolean, kind::boolean}, candidate{parquet_type::int64, kind::number},
    candidate{parquet_type::real64, kind::number},   candidate{parquet_type::uuid, kind::string},
    candidate{parquet_type::date, kind::string},     candidate{parquet_type::timestamp, kind::string},
    candidate{parquet_type::string, kind::string},
};

/// Whether the type shall be chosen because of this value: its column has then all that the value says, but for a
/// time's zone and digits below microseconds. A text that is not UTF-8 is one all the same, and must not decide for
/// others.
bool fits(const candidate& c, const json_value& value, std::string& scratch) {
  if (value.what != c.of) {
    return false;
  }
  if (c.type == parquet_type::string) {
    return true;
  }
  parquet_value ignored;
  std::string bytes;
  const value_fit fit = convert(value, {.name = {}, .type = c.type}, bytes, ignored);
  if (c.type == parquet_type::timestamp) {
    return fit != value_fit::none && is_plain_instant(*value.text(scratch));
  }
  return fit == value_fit::exact && (c.type != parquet_type::uuid || is_lower_case_uuid(*value.text(scratch)));
}

bool can_be_a_column(std::string_view name) {
  return !name.empty() && name.find('\0') == std::string_view::npos && is_utf8(name) && name != extra_column;
}

}  // namespace

void column_guesses::look_at(std::string_view record) {
  try {
    json_scanner in(record);
    if (in.peek() != '{') {
      return;
    }
    in.object([&](std::string_view name) {
      const std::string kept(name);
      note(kept, in.value());
    });
  } catch (const json_fault&) {
    // It will be no row, and whoever writes rows will say why.
  }
}

void column_guesses::note(std::string_view name, const json_value& value) {
  guess* const g = value.is_null() ? nullptr : guess_of(name);
  if (g == nullptr) {
    return;
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if ((g->fits >> i & 1) != 0 && !fits(candidates[i], value, scratch_)) {
      g->fits &= ~(1u << i);
    }
  }
}

column_guesses::guess* column_guesses::guess_of(std::string_view name) {
  if (const auto known = places_.find(name); known != places_.end()) {
    return &guesses_[known->second];
  }
  if (guesses_.size() == most_columns || !can_be_a_column(name)) {
    return nullptr;
  }
  places_.emplace(name, guesses_.size());
  return &guesses_.emplace_back(guess{std::string(name)});
}

std::vector<parquet_column> column_guesses::columns() const {
  std::vector<parquet_column> found;
  for (const guess& g : guesses_) {
    parquet_type type = parquet_type::json;
    for (std::size_t i = candidates.size(); i-- > 0;) {
      type = (g.fits >> i & 1) != 0 ? candidates[i].type : type;
    }
    found.push_back({.name = g.name, .type = type});
  }
  return found;
}

}  // namespace ingest::detail
