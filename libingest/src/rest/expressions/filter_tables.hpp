#pragma once

#include <map>
#include <string_view>

#include "rest/expressions/arguments.hpp"

namespace ingest::rest::expressions {

using filter = value (*)(const value& of, const arguments& with);
using filter_table = std::map<std::string_view, filter>;

/// Filters by what they are for; filters.cpp looks into each.
const filter_table& text_filters();
const filter_table& number_filters();
const filter_table& sequence_filters();
const filter_table& selecting_filters();
const filter_table& cdk_filters();

/// item.a.b, for the `attribute` of filters; the item itself where there is none.
value attribute_at(const value& item, const std::optional<value>& path);

/// A text in lower case, unless case counts; what is no text stays.
value comparable(const value& of, bool case_sensitive);

}  // namespace ingest::rest::expressions
