#pragma once

#include <string>

#include "rest/expressions/interpolation.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Throws errc::bad_data where a text of a parent's record has made another URL of a path than its template means, so
/// that another resource would be taken for the children's: by "?", "#", a control character, or "." and ".." for a
/// segment. The CDK asks for whatever comes out. Values that the template has for the whole path, that begin like a URL
/// or a path, or that stand in its query are meant to do so. Of a path that encodes its values (`urlencode`), each has
/// to leave something in its segment.
///
/// `path` is what `text` came out as; `slice`: as templates know it, None for none.
void require_path_of_parents(const interpolation& text, const std::string& path, const value& slice);

}  // namespace ingest::rest
