#pragma once

#include "rest/document/manifest.hpp"
#include "rest/document/settings/connection_settings.hpp"

namespace ingest::rest {

/// The settings of a connection as its components read them: `config`, whose texts are expanded, changed by the
/// `config_normalization_rules` of the manifest's `spec`, completed and checked, see checked_settings(). In the order
/// of the CDK (spec.py): migrations, transformations, the check by the specification, validations; but what has a
/// default has it before transformations, as it has where Airbyte's form gave it. All of it in memory: whoever gave
/// the settings keeps them as they are.
///
/// Throws errc::config, without a value of the settings, for rules that cannot be followed. What a validation says is
/// a finding.
connection_settings normalized_settings(const manifest& m, const node& config);

}  // namespace ingest::rest
