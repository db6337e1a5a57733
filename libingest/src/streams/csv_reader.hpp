#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::detail {

/// How delimited text is written.
struct csv_form {
  char separator = ',';
  bool quoting = true;   ///< fields may stand in double quotes (RFC 4180); otherwise a quote is a byte like any other
  char line_end = '\n';  ///< '\n' takes \r\n as well
};

/// Takes the record that `text` begins with apart into `fields`, unquoted, which are used again from call to call.
/// Returns the number of bytes it takes, its line end included, or 0 if its end is not in `text`; with `at_end`, the
/// end of `text` ends the record as well. Throws errc::bad_data, without saying where, for a quote that is never closed
/// and for text behind a closing quote.
std::size_t read_csv_record(std::string_view text, bool at_end, const csv_form& form, std::vector<std::string>& fields);

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
