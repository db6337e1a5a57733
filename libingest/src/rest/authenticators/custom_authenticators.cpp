#include "rest/authenticators/custom_authenticators.hpp"

#include "ingest/error.hpp"

namespace ingest::rest {

std::shared_ptr<authenticator> custom_authenticators::make(const std::string& class_name, const request& r) const {
  const auto found = factories_.find(class_name);
  if (found == factories_.end()) {
    throw error(errc::config, r.where + ": the authenticator is code of Python, `" + class_name +
                                  "`, which cannot be run here and for which there is no replacement");
  }
  return found->second(r);
}

}  // namespace ingest::rest
