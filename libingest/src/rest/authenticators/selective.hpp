#pragma once

#include <string>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// SelectiveAuthenticator: which of the named authenticators the settings choose. Only that one is to be made: others
/// may need settings that are not there. Throws errc::config where nothing is at `path`, or nothing of that name.
std::string selected_authenticator(const value& config, const std::vector<std::string>& path,
                                   const std::vector<std::string>& names, const std::string& where);

}  // namespace ingest::rest
