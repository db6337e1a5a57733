#pragma once

#include <functional>
#include <string>

namespace ingest::app {

/// Something that `ingest validate` looks at.
struct check {
  std::string name;

  /// Returns what was found, in a few words. Throws an error that says what is wrong and what to do. May block, for as
  /// long as the settings' time-outs allow.
  std::function<std::string()> look;
};

}  // namespace ingest::app
