#pragma once

#include <string>

namespace ingest::app {

/// What a pipeline's file may hold, as a JSON Schema (2020-12), for editors and checks before a release: its keys with
/// their kinds, defaults and meanings. Every value may be a text with `${…}` in it.
std::string pipeline_schema();

}  // namespace ingest::app
