#pragma once

#include <string>
#include <string_view>

namespace ingest::detail {

/// `text` of others for use in a message: on one line, shortened, without secrets.
std::string quotable(std::string_view text);

}  // namespace ingest::detail
