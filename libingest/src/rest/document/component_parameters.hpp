#pragma once

#include <string_view>

#include "rest/document/node.hpp"

namespace ingest::rest {

/// A resolved manifest in which each component has its type and its parameters, by the rules of the CDK
/// (manifest_component_transformer.py):
///
/// - A component without `type` has the one that default_type_of() says.
/// - `$parameters` hold for a component and all below it; its own beat those from above. Each becomes a field of each
///   typed component, unless the field is there and true in Python's sense: an empty text or a 0 gives way.
/// - A field's own parameter, of the field's name, is not handed down into it.
/// - JSON schemas (`type: object`) are not walked, nor are lists in lists.
///
/// Throws errc::config for `$parameters` that are no dict, and where more than a million components would be made.
/// `outer_first`: of two parameters of one name that from above counts, as with the streams that a template makes.
node with_parameters(const node& manifest, bool outer_first = false);

/// The type of a component that has none, standing in a field, "SimpleRetriever.requester"; "" where there is no
/// default. With `class_name` it is one of custom code.
std::string_view default_type_of(std::string_view field, bool has_class_name);

}  // namespace ingest::rest
