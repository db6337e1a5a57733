#pragma once

#include <string>

#include "settings/settings.hpp"

namespace ingest {

/// The settings that `c` uses, as text for --help, grouped by section: flag, meaning, environment variable, what is
/// allowed and the default.
std::string settings_help(command c);

/// Indented lines, as --help has below the name of an option.
std::string help_paragraph(const std::string& text);

/// All settings as Markdown, a table per section: what docs/settings.md consists of.
std::string settings_markdown();

}  // namespace ingest
