#pragma once

#include <functional>
#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace ingest::app {

/// Something that `ingest validate` looks at.
struct check {
  std::string name;

  /// Returns what was found, in a few words. Throws an error that says what is wrong and what to do. May block, for as
  /// long as the settings' time-outs allow.
  std::function<std::string()> look;
};

/// The checks of FROM and TO, in the order in which they are made: the API (the first page, its clock) or the file
/// (readable, its first record has an id), and the database (reachable, table suitable) or the file (can be written).
std::vector<check> endpoint_checks(const settings& s);

}  // namespace ingest::app
