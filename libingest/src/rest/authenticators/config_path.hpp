#pragma once

#include <string>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What is at `path` in `root`, an element of a list by its number; null where nothing is.
inline const value* find_at(const value& root, const std::vector<std::string>& path) {
  const value* at = &root;
  for (const std::string& name : path) {
    if (at->is_list()) {
      const bool number =
          !name.empty() && name.size() < 10 && name.find_first_not_of("0123456789") == std::string::npos;
      const std::size_t index = number ? std::stoul(name) : at->items().size();
      at = index < at->items().size() ? &at->items()[index] : nullptr;
    } else {
      at = at->find(name);
    }
    if (at == nullptr) {
      return nullptr;
    }
  }
  return at;
}

}  // namespace ingest::rest
