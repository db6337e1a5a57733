#pragma once

#include <string>

#include "rest/document/manifest.hpp"

namespace ingest::rest {

/// A file of YAML for the settings of a connection, to be filled in, by what the manifest's specification says of them:
/// a line for each, under what its title and description say. What is required stands there, secrets as variables of
/// the environment that are called by their paths (`${CREDENTIALS_API_KEY}`), other things with nothing behind their
/// colon, which checked_settings() refuses until something is. What need not be said stands there behind a `#` without
/// a blank, with its default. Of several forms the first one stands there, and the others behind such a `#`.
///
/// Where the specification has no settings, or there is none, it is one comment that says so.
std::string drafted_settings(const manifest& m);

}  // namespace ingest::rest
