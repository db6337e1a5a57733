#pragma once

#include <string_view>

/// The version of these headers. The build reads it from here.
#define INGEST_VERSION_MAJOR 0
#define INGEST_VERSION_MINOR 1
#define INGEST_VERSION_PATCH 0

/// The same as one number, to be compared by the preprocessor: 10203 is 1.2.3.
#define INGEST_VERSION (INGEST_VERSION_MAJOR * 10000 + INGEST_VERSION_MINOR * 100 + INGEST_VERSION_PATCH)

namespace ingest {

/// The version of the library that is linked, "major.minor.patch".
std::string_view version();

}  // namespace ingest
