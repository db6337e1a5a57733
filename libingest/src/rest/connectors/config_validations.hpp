#pragma once

#include <vector>

#include "rest/connectors/component.hpp"
#include "rest/document/finding.hpp"

namespace ingest::rest {

/// What DpathValidator or PredicateValidator find wrong with the settings, by paths of settings and without values. A
/// CustomValidationStrategy is Python code, and says nothing here. Throws errc::config for a validator that cannot be
/// evaluated.
void add_validation_findings(const component& validator, const node& config, std::vector<finding>& to);

}  // namespace ingest::rest
