#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ingest::detail {

/// `text` of others for use in a message: on one line, shortened to so many bytes, without secrets.
std::string quotable(std::string_view text, std::size_t longest = 200);

}  // namespace ingest::detail
