#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "rest/expressions/interpolation.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What is put into a request: by the requester itself, its authenticator, a paginator, a cursor, a partition router.
struct request_options {
  dictionary parameters = {};  ///< of the query; a list gives the parameter once an element, None none
  dictionary headers = {};
  value body_data = value::dict_of({});  ///< members of a form, or a whole body as a text
  dictionary body_json = {};             ///< members of a JSON object, nested ones too

  bool empty() const;
};

/// Adds `more` to `to`. Throws errc::config with the name of what both have: the CDK allows that in body_json alone,
/// where dicts are merged and equal values are one. A body that is a text goes with no other.
void combine(request_options& to, const request_options& more, std::string_view where);

/// RequestOption: where a value is put.
class request_option {
 public:
  enum class target { request_parameter, header, body_data, body_json };

  /// `path` names the member; of body_json alone it may have several parts, each in the one before. Throws errc::config
  /// for none, and for several of another target.
  request_option(target into, std::vector<interpolation> path);

  target into() const { return into_; }

  /// `given` must have `config`.
  void inject(request_options& to, value content, const variables& given) const;

 private:
  target into_;
  std::vector<interpolation> path_;
};

/// Throws errc::config, as the CDK does before anything is sent, where two of a component's options go to one place.
void require_apart(const std::vector<const request_option*>& options, const variables& given, std::string_view where);

}  // namespace ingest::rest
