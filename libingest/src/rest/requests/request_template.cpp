#include "rest/requests/request_template.hpp"

#include <utility>

#include "ingest/error.hpp"
#include "rest/requests/form_encoding.hpp"
#include "rest/requests/header_lines.hpp"
#include "rest/requests/parent_values.hpp"

namespace ingest::rest {

namespace {

dictionary without_none(const dictionary& members) {
  dictionary kept;
  for (const auto& [name, content] : members) {
    if (!content.is_none()) {
      kept.set(name, content);
    }
  }
  return kept;
}

value evaluated(const interpolation& text, const variables& given) {
  return text.evaluate_itself(given);
}

/// Of a text that is no dict the CDK takes nothing.
dictionary parameters_of(const request_members& members, const variables& given) {
  if (const auto* const inputs = std::get_if<flat_inputs>(&members)) {
    return inputs->texts_and_lists(given);
  }
  const value result = evaluated(std::get<interpolation>(members), given);
  return result.is_dict() ? without_none(result.members()) : dictionary();
}

dictionary headers_of(const request_members& members, const variables& given) {
  if (const auto* const inputs = std::get_if<flat_inputs>(&members)) {
    return inputs->literals(given);
  }
  const auto& text = std::get<interpolation>(members);
  const value result = evaluated(text, given);
  if (!result.is_dict() && result.truth()) {
    throw error(errc::config, text.where() + ": `request_headers` does not come out as members");
  }
  return result.is_dict() ? without_none(result.members()) : dictionary();
}

/// What looks like another literal than a dict goes out as it was written.
value data_of(const interpolation& text, const variables& given) {
  const value result = evaluated(text, given);
  if (result.is_dict()) {
    return value::dict_of(without_none(result.members()));
  }
  return result.is_text() ? result : value::text_of(text.render(given));
}

dictionary json_of(const nested_inputs& content, const variables& given, const std::string& where) {
  const value result = content.evaluate_whole(given);
  if (!result.is_dict()) {
    throw error(errc::config, where + ": `request_body_json` does not come out as members; check its quotes");
  }
  return result.members();
}

bool names(const request_members& members, std::string_view variable) {
  const auto* const inputs = std::get_if<flat_inputs>(&members);
  return inputs != nullptr ? inputs->names(variable) : std::get<interpolation>(members).names(variable);
}

bool names(const request_body& body, std::string_view variable) {
  const auto* const form = std::get_if<form_body>(&body);
  const auto* const text = std::get_if<text_body>(&body);
  const auto* const json = std::get_if<json_body>(&body);
  return (form != nullptr && form->members.names(variable)) || (text != nullptr && text->text.names(variable)) ||
         (json != nullptr && json->content.names(variable));
}

std::string comma_separated(const value& names, const std::string& where) {
  std::string text;
  if (!names.is_list()) {
    throw error(errc::config, where + ": `query_properties` is no list of names");
  }
  for (const value& name : names.items()) {
    text += (text.empty() ? "" : ",") + name.to_text();
  }
  return text;
}

}  // namespace

url request_template::target(const variables& given, const std::optional<std::string>& path) const {
  if (path && path->starts_with('?')) {  // RFC 3986: of the same place
    return parse_url(join_url(target(given, std::nullopt).text(), *path), options_.where);
  }
  const std::string base = evaluated(options_.url_base, given).to_text();
  std::string own_path = path.value_or("");
  if (own_path.empty()) {
    own_path = evaluated(options_.path, given).to_text();
    const value* const slice = given.find("stream_slice");
    require_path_of_parents(options_.path, own_path, slice == nullptr ? value() : *slice);
    own_path.erase(0, own_path.find_first_not_of('/'));
  }
  return parse_url(join_base(base.empty() ? evaluated(options_.url, given).to_text() : base, own_path), options_.where);
}

request_options request_template::own_options(const variables& given) const {
  request_options own;
  own.parameters = parameters_of(options_.request_parameters, given);
  own.headers = headers_of(options_.request_headers, given);
  if (const auto* const form = std::get_if<form_body>(&options_.body)) {
    own.body_data = value::dict_of(form->members.texts_and_lists(given));
  } else if (const auto* const text = std::get_if<text_body>(&options_.body)) {
    own.body_data = data_of(text->text, given);
  } else if (const auto* const json = std::get_if<json_body>(&options_.body)) {
    own.body_json = json_of(json->content, given, options_.where);
  }
  if (options_.query_properties_key) {
    const value* const properties = given.find("query_properties");
    own.parameters.set(*options_.query_properties_key,
                       value::text_of(comma_separated(properties != nullptr ? *properties : value(), options_.where)));
  }
  return own;
}

prepared_request request_template::prepare(url target, const request_options& all) const {
  for (const auto& [name, content] : all.parameters) {
    if (content.is_dict()) {
      throw error(errc::config, options_.where + ": the parameter \"" + name.to_text() +
                                    "\" comes out as members; a parameter is a text, a number or a list");
    }
  }
  prepared_request prepared;
  add_to_query(target, without_repeated(all.parameters, target.query.value_or("")));
  prepared.raw.verb = options_.method;
  prepared.raw.headers = header_lines(all.headers);
  prepared.raw.body = body_of(all, prepared.raw.headers);
  prepared.raw.url = target.text();
  prepared.target = std::move(target);
  return prepared;
}

std::string request_template::body_of(const request_options& all, std::vector<http_header>& headers) const {
  const bool is_form = all.body_data.is_dict();
  const bool has_data = is_form ? !all.body_data.members().empty() : all.body_data.truth();
  if (options_.method == http_request::method::del) {
    return {};  // the CDK sends none
  }
  if (has_data && !all.body_json.empty()) {
    throw error(errc::config, options_.where +
                                  ": the request has a form or a text and a JSON object for its body; only one goes "
                                  "into a request, whoever injects it");
  }
  if (!all.body_json.empty()) {
    set_unless_given(headers, "Content-Type", "application/json");
    return value::dict_of(all.body_json).to_json();
  }
  if (has_data && is_form) {
    set_unless_given(headers, "Content-Type", "application/x-www-form-urlencoded");
    return form_encoded(all.body_data.members());
  }
  return has_data ? all.body_data.to_text() : "";
}

bool request_template::names_settings() const {
  return names(options_.request_parameters, "config") || names(options_.request_headers, "config") ||
         names(options_.body, "config");
}

std::string_view name_of(http_request::method method) {
  switch (method) {
    case http_request::method::get:
      return "GET";
    case http_request::method::post:
      return "POST";
    case http_request::method::put:
      return "PUT";
    case http_request::method::patch:
      return "PATCH";
    case http_request::method::del:
      return "DELETE";
  }
  return "GET";
}

}  // namespace ingest::rest
