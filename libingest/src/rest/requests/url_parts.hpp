#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::rest {

/// What a URL, or a reference relative to one, consists of by its delimiters; none of it is checked.
struct url_parts {
  std::string_view scheme;                    ///< empty: none
  std::optional<std::string_view> authority;  ///< what follows "//"
  std::string_view path;
  std::optional<std::string_view> query;  ///< what follows "?"
};

/// A fragment is left out.
url_parts split_url(std::string_view text);

/// Between the slashes, and back.
std::vector<std::string_view> split_path(std::string_view path);
std::string joined_path(const std::vector<std::string_view>& parts);

}  // namespace ingest::rest
