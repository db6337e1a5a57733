#pragma once

#include <string>

#include "settings/settings.hpp"

namespace ingest {

/// The settings that `c` uses, as text for --help, grouped by section: flag, meaning, environment variable, what is
/// allowed and the default.
std::string settings_help(command c);

/// All settings as Markdown, a table per section: what docs/settings.md consists of.
std::string settings_markdown();

}  // namespace ingest
