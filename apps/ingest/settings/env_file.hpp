#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/error.hpp"

namespace ingest {

/// A variable of an env file.
struct env_entry {
  std::string name;
  std::string value;
  std::size_t line = 0;  ///< counted from 1

  bool operator==(const env_entry&) const = default;
};

/// Reads the text of an env file. Each line is empty, a comment that begins with "#", or
///
///     [export ] NAME = VALUE [ # comment]
///
/// with blanks where there are some above, or none. NAME consists of letters, digits and "_" and does not begin with a
/// digit. VALUE is
/// - bare: up to the end of the line, or to a "#" that follows a blank; outer blanks are cut off;
/// - in single quotes: taken as it is;
/// - in double quotes: a backslash before n, r or t makes a line feed, carriage return or tab, and before a double
///   quote, "$" or backslash that character; any other backslash stands for itself.
/// Variables are not expanded: a "$" in a password is a "$". Lines may end in CR LF; a byte order mark is skipped.
/// Where a name occurs twice, both entries are returned and the later one counts.
///
/// Throws errc::config, naming `file` and the line, but never the value, for anything else.
std::vector<env_entry> parse_env_file(std::string_view text, std::string_view file);

}  // namespace ingest
