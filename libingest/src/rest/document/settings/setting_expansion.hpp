#pragma once

#include <functional>
#include <optional>
#include <string>

#include "rest/document/document.hpp"

namespace ingest::rest {

/// Where the texts of a config may take values from.
struct setting_origins {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  /// Throws an error that says why a file cannot be read.
  std::function<std::string(const std::string& path)> file;

  /// The environment of this process, and its files, of 1 MiB at most.
  static setting_origins of_process();
};

/// A config whose texts have what they ask for: `${NAME}` is a variable, `${NAME:-text}` one that may be missing or
/// empty, `${file:/path}` what a file holds, without the newline at its end, `${credential:NAME}` the same of the file
/// NAME in CREDENTIALS_DIRECTORY; `$${` stands for `${`. Other dollar signs and names of members are left alone.
///
/// Throws errc::config, with the paths and lines of all that is missing or cannot be read; never with a value.
node expanded_settings(const document& config, const setting_origins& from);

}  // namespace ingest::rest
