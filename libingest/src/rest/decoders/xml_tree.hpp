#pragma once

#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// The document as xml_decoder describes it. Throws errc::bad_data, which a new attempt may mend, with line and column
/// for what is no XML; errc::bad_data for what is refused.
value parse_xml(std::string_view document);

}  // namespace ingest::rest
