#pragma once

#include <string>
#include <string_view>

namespace demo_api {

/// Replaces `out` with `text` in gzip format, at the fastest level.
void gzip(std::string_view text, std::string& out);

}  // namespace demo_api
