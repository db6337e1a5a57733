#pragma once

#include <string_view>

#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

/// Whether the template may look at what is at `path` inside the variable `response`. False only where each mention of
/// it goes to a named member that is not on that path: `response.meta.next`, `response['next']`,
/// `response.get("next")`. What cannot be told is true, and costs the time to make values of all records.
bool may_look_at_records(std::string_view text, const glob_path& path);

}  // namespace ingest::rest
