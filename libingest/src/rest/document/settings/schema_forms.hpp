#pragma once

#include "rest/document/node.hpp"

/// The parts of a JSON schema, as far as specifications of settings have them.
namespace ingest::rest {

/// None where it has no `properties`.
node::member_list properties_of(const node& schema);

/// The list of `oneOf`, or of `anyOf`; null where there is neither.
const node* forms_of(const node& schema);

/// The one word that a setting must be; null where it may be several.
const node* constant_of(const node& schema);

}  // namespace ingest::rest
