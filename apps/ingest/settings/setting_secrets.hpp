#pragma once

#include <string>
#include <string_view>

#include "settings/setting_definition.hpp"

namespace ingest::detail {

/// Whether the text of this setting holds what nobody else may read, and the command line, which everybody can read, is
/// no place for it: a password in a connection, a header that authenticates.
bool holds_secret(const setting_definition& d, const std::string& text);

/// Registers with the log what is secret in the text of this setting, whether or not the text is well formed.
void register_secrets(const setting_definition& d, const std::string& text);

}  // namespace ingest::detail
