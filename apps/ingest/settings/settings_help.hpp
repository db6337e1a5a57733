#pragma once

#include <span>
#include <string>
#include <string_view>

#include "settings/setting_definition.hpp"

namespace ingest {

/// The settings that `c` uses, as text for --help, grouped by section: flag, meaning, environment variable, what is
/// allowed and the default. Flags that are `taken` mean something else with that command.
std::string settings_help(command c, std::span<const std::string> taken = {});

/// Its flag with what stands behind it; "(no flag) NAME" where it has none.
std::string setting_title(const setting_definition& d, bool has_flag = true);

/// Its variable, what is allowed, and the default with that command.
std::string setting_rules(const setting_definition& d, command c);

/// A paragraph in lines of a terminal's width, each indented so.
std::string wrapped(const std::string& text, std::string_view indentation);

/// All settings as Markdown, a table per section: what docs/settings.md consists of.
std::string settings_markdown();

}  // namespace ingest
