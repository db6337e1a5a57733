#pragma once

#include <string>
#include <vector>

#include "rest/document/finding.hpp"
#include "rest/document/manifest.hpp"
#include "rest/document/node.hpp"

namespace ingest::rest {

/// The settings of a connection, as its components read them.
struct connection_settings {
  node config;
  std::vector<std::string> secrets;  ///< what must never be shown: the values of settings with `airbyte_secret`
  std::vector<finding> findings;     ///< paths are those of settings: "credentials.api_key"; no value is in them

  bool usable() const;
};

/// Checks `config`, whose texts are expanded, against the manifest's specification, a JSON schema: required settings,
/// types, enum, const, pattern, bounds, and of `oneOf` the one form that is meant, by its constants. Settings that the
/// specification does not know are noted, with the name that was probably meant.
///
/// What is missing and has a `default` or a `const` gets it. The CDK does not do that, but the form in which a person
/// gives these settings to Airbyte does, and manifests rely on it. A text becomes a number or a boolean where the
/// specification wants one and the text spells one, as it does where it came of the environment.
connection_settings checked_settings(const manifest& m, const node& config);

/// In the specification of a setting that is kept out of logs as if it were a secret, and may yet tell which records
/// are asked for: an account in a path.
inline constexpr const char* tells_source_apart = "tells_source_apart";

/// The names of those settings.
std::vector<std::string> settings_that_tell_apart(const manifest& m);

}  // namespace ingest::rest
