#pragma once

#include <cstddef>
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

}  // namespace ingest::detail
