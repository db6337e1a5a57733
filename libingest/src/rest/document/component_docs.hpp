#pragma once

#include <string>

namespace ingest::rest {

/// The table of components in Markdown, as docs/components.md is: per kind of place its components, what they do,
/// and whether they run here.
std::string component_list();

}  // namespace ingest::rest
