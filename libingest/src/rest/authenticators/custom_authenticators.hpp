#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "rest/authenticators/authenticator.hpp"
#include "rest/requests/http_transport.hpp"
#include "rest/requests/settings.hpp"

namespace ingest::rest {

/// What takes the place of the Python classes that CustomAuthenticator names: known by `class_name`, as a manifest
/// writes it ("source_x.components.TokenAuthenticator").
class custom_authenticators {
 public:
  /// What a factory is given: the component's fields as they stand in the manifest, not evaluated.
  struct request {
    value fields;
    settings given;
    std::string where;
    std::shared_ptr<http_transport> connections;
  };
  using factory = std::function<std::shared_ptr<authenticator>(const request&)>;

  /// Another one of the same name takes its place.
  void add(std::string class_name, factory make) { factories_[std::move(class_name)] = std::move(make); }

  bool has(const std::string& class_name) const { return factories_.contains(class_name); }

  /// Throws errc::config, naming the class, where nobody has added one of that name.
  std::shared_ptr<authenticator> make(const std::string& class_name, const request& r) const;

 private:
  std::map<std::string, factory> factories_;
};

}  // namespace ingest::rest
