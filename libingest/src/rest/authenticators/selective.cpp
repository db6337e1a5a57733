#include "rest/authenticators/selective.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/authenticators/config_path.hpp"

namespace ingest::rest {

namespace {

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts) {
    text.append(text.empty() ? "" : between).append(part);
  }
  return text;
}

}  // namespace

std::string selected_authenticator(const value& config, const std::vector<std::string>& path,
                                   const std::vector<std::string>& names, const std::string& where) {
  const value* const found = find_at(config, path);
  if (found == nullptr) {
    throw error(errc::config, where + ": the settings have no `" + joined(path, ".") +
                                  "`, which says how to authenticate; give one of " + joined(names, ", "));
  }
  std::string name = found->to_text();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw error(errc::config, where + ": the setting `" + joined(path, ".") + "` names no authenticator; give one of " +
                                  joined(names, ", "));
  }
  return name;
}

}  // namespace ingest::rest
