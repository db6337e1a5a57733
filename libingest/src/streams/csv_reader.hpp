#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/csv_record.hpp"

namespace ingest::detail {

struct csv_layout {
  csv_form form;
  std::size_t preamble = 0;  ///< bytes before the header: a line `sep=;`, as spreadsheets write it
};

/// The layout of a file that begins with `text`, told by its header: its first line end, and of comma, semicolon, tab
/// and bar the one under which a column is called `id_column`, or else that divides it and the record behind it alike,
/// or else into most fields; `separator` if given.
/// Nothing where `text` is too short to tell; with `enough`, it is all there will be.
std::optional<csv_layout> csv_layout_of(std::string_view text, bool enough, std::optional<char> separator, bool quoting,
                                        std::string_view id_column = {});

}  // namespace ingest::detail
