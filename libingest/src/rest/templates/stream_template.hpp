#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rest/connectors/component.hpp"
#include "rest/templates/component_mapping.hpp"

namespace ingest::rest {

/// The member of a stream that a template has made: the template's name. No component has a field that begins so.
inline constexpr std::string_view made_by_field = "$made_by";

/// The most streams that one template may make.
inline constexpr std::size_t most_made_streams = 10'000;

/// DynamicDeclarativeStream, but for where its streams come from.
class stream_template {
 public:
  /// Throws errc::config for what of it makes no sense.
  explicit stream_template(const component& of);

  /// What STREAM and EXCLUDE may call all of its streams by; the path where the manifest gives it no name.
  static std::string name_of(const node& dynamic_stream, const std::string& path);

  /// The stream that is made of `components_values`, a record or an item of a list; `slice`: what it was found in, or
  /// None. Ready to be a component. Throws errc::config for expressions that cannot be evaluated, and for a stream that
  /// has no name then.
  node made_of(const value& components_values, const value& slice) const;

 private:
  component of_;
  component resolver_;
  node template_;
  value template_content_;
  std::vector<component_mapping> mappings_;
  bool outer_first_;
};

/// ConfigComponentsResolver and ParametrizedComponentsResolver: what streams are made of, from the settings and from
/// the manifest. Throws errc::config for settings that are no list where one is needed, and for too many.
std::vector<value> listed_values(const component& resolver);

}  // namespace ingest::rest
