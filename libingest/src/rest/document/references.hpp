#pragma once

#include "rest/document/node.hpp"

namespace ingest::rest {

/// A manifest without references: each text that begins with "#/" is what stands at that path, and a dict with `$ref`
/// has the members of what that names, but for those that it has itself. A path is ambiguous where names have slashes
/// in them: at each level the whole rest of it is tried as a name before its first part is. The rule is that of the CDK
/// (manifest_reference_resolver.py); so is that nothing below `config_overrides` is a reference.
///
/// `definitions` and `schemas` of the manifest are left out of it, and what only they refer to is not looked at.
/// What several places refer to is shared by them. Throws errc::config, with lines and paths: for a reference to what
/// is not there, for one that leads back to itself, and beyond the bounds of nodes.
node resolved_references(const node& manifest);

}  // namespace ingest::rest
