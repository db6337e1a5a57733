#pragma once

#include <string_view>

#include "settings/setting_definition.hpp"

namespace ingest::detail {

/// The setting that somebody who wrote `name` most likely meant: one that differs from it by a letter or two, or only
/// in case and separators. Null for a setting's own name, and for what is not like any.
const setting_definition* meant_by(std::string_view name);

}  // namespace ingest::detail
