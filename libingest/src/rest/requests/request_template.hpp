#pragma once

#include <optional>
#include <string>
#include <variant>

#include "ingest/http_client.hpp"
#include "rest/expressions/interpolation.hpp"
#include "rest/requests/request_inputs.hpp"
#include "rest/requests/request_options.hpp"
#include "rest/requests/settings.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

/// Members, or a text that comes out as a dict of them.
using request_members = std::variant<flat_inputs, interpolation>;

/// The bodies that a manifest may give a request.
struct form_body {  ///< RequestBodyUrlEncodedForm, `request_body_data` with members
  flat_inputs members;
};
struct text_body {  ///< RequestBodyPlainText, `request_body_data` as a text; one that comes out as a dict is a form
  interpolation text;
};
struct json_body {  ///< RequestBodyJsonObject, RequestBodyGraphQL, `request_body_json`; comes out as a dict
  nested_inputs content;
};
using request_body = std::variant<std::monostate, form_body, text_body, json_body>;

struct request_template_options {
  std::string where = {};  ///< for messages: "orders", or the place in the manifest
  value parameters = value::dict_of({});
  interpolation url = {};
  interpolation url_base = {};
  interpolation path = {};
  http_request::method method = http_request::method::get;
  request_members request_parameters = {};
  request_members request_headers = {};
  request_body body = {};
  std::optional<std::string> query_properties_key = {};  ///< the parameter for the names in `query_properties`
};

/// A request that is ready to be sent.
struct prepared_request {
  http_request raw;
  url target;
};

/// What an HttpRequester says about its requests: evaluates that, and puts what others inject beside it.
class request_template {
 public:
  explicit request_template(request_template_options options) : options_(std::move(options)) {}

  /// `path`, if it is not empty, stands for the requester's own. Throws errc::config for what is no URL.
  url target(const variables& given, const std::optional<std::string>& path) const;

  /// The requester's own part.
  request_options own_options(const variables& given) const;

  /// Encodes `all`: parameters behind those of the URL, but for repeated ones; a form, a text or JSON as the body, with
  /// its type unless a header says it. Throws errc::config for a form beside JSON, and for a parameter that is a dict.
  prepared_request prepare(url target, const request_options& all) const;

  /// Whether the requester's own part names the settings, where secrets are.
  bool names_settings() const;

  const request_template_options& options() const { return options_; }

 private:
  std::string body_of(const request_options& all, std::vector<http_header>& headers) const;

  request_template_options options_;
};

/// "GET"
std::string_view name_of(http_request::method method);

}  // namespace ingest::rest
