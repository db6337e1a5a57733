#pragma once

#include "rest/document/declared_stream.hpp"

namespace ingest::rest {

/// Of a component of type DeclarativeStream.
resumption resumption_of(const node& stream);

}  // namespace ingest::rest
