#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "rest/connectors/component.hpp"
#include "rest/document/manifest.hpp"

/// Manifests whose streams are not all written out in them: what is left to be found is in `dynamic_streams`, and what
/// was found is in `streams`, behind those of the manifest, in the order of the templates.
namespace ingest::rest {

/// With the streams that settings and the manifest itself say: those of ConditionalStreams whose condition holds, and
/// those of ConfigComponentsResolver and ParametrizedComponentsResolver. Throws errc::config where that cannot be said,
/// and for two streams of templates that have one name.
manifest with_listed_streams(const manifest& m, const connector_parts& parts);

/// With the streams that the API is asked for by HttpComponentsResolver, of the templates that `wanted` says by their
/// names. Waits for the API; throws what retriever::read() throws as well.
manifest with_asked_streams(const manifest& m, const connector_parts& parts,
                            const std::function<bool(const std::string& name)>& wanted, const std::stop_token& stop);

/// With the streams of templates whose streams the manifest itself lists, as far as they do not depend on settings:
/// what can be said of it before there are any.
manifest with_streams_of_manifest(const manifest& m);

}  // namespace ingest::rest
