#include "rest/connectors/building.hpp"
#include "rest/connectors/custom_building.hpp"
#include "rest/custom/call_of_variables.hpp"
#include "rest/requests/http_requester.hpp"

namespace ingest::rest {

namespace {

http_request::method method_of(const component& of) {
  const std::string name = of.text("http_method", "GET");
  for (const auto method : {http_request::method::get, http_request::method::post, http_request::method::put,
                            http_request::method::patch, http_request::method::del}) {
    if (name_of(method) == name) {
      return method;
    }
  }
  of.refuse("knows no `http_method` " + name);
}

request_members members_of(const component& of, std::string_view name) {
  const node* const found = of.field(name);
  if (found != nullptr && !found->is_dict()) {
    return of.expression(name);
  }
  return of.inputs(name);
}

/// Without the one that has the names of properties, which each request of a page has others of.
request_members parameters_of(const component& of, const std::optional<std::string>& of_properties) {
  request_members all = members_of(of, "request_parameters");
  if (of_properties) {
    std::erase_if(std::get<flat_inputs>(all).members, [&](const auto& m) { return m.first.text() == *of_properties; });
  }
  return all;
}

request_body form_or_text(const component& of, std::string_view name) {
  return of.field(name)->is_dict() ? request_body(form_body{of.inputs(name)})
                                   : request_body(text_body{of.expression(name)});
}

request_body json_of(const component& of, std::string_view name) {
  return json_body{of.nested(*of.field(name), std::string(name))};
}

/// RequestBodyGraphQL: an object of the query, and whatever stands beside it.
request_body graphql_of(const component& of, std::string_view name) {
  const component query = of.child(name);
  node::member_list members;
  for (const node::member& m : query.content().members()) {
    if (m.name != "type" && m.name != "$parameters") {
      members.push_back(m);
    }
  }
  return json_body{of.nested(node::dict(std::move(members), of.content().line()), std::string(name))};
}

constexpr component_maker<request_body> bodies[] = {
    {"RequestBodyPlainText", [](const component& of) { return request_body(text_body{of.expression("value")}); }},
    {"RequestBodyUrlEncodedForm", [](const component& of) { return request_body(form_body{of.inputs("value")}); }},
    {"RequestBodyJsonObject", [](const component& of) { return json_of(of, "value"); }},
    {"RequestBodyGraphQL", [](const component& of) { return graphql_of(of, "value"); }},
};

request_body body_of(const component& of) {
  if (const auto body = of.optional_child("request_body")) {
    return make_by_type(bodies, *body);
  }
  if (of.field("request_body_json") != nullptr && of.field("request_body_data") != nullptr) {
    of.refuse("has both `request_body_json` and `request_body_data`: a request has one body");
  }
  if (of.field("request_body_json") != nullptr) {
    return json_of(of, "request_body_json");
  }
  return of.field("request_body_data") == nullptr ? request_body() : form_or_text(of, "request_body_data");
}

request_option::target target_named(const component& of) {
  const std::string into = of.text("inject_into");
  if (into == "request_parameter") {
    return request_option::target::request_parameter;
  }
  if (into == "header") {
    return request_option::target::header;
  }
  if (into == "body_data") {
    return request_option::target::body_data;
  }
  if (into == "body_json") {
    return request_option::target::body_json;
  }
  of.refuse("knows no `inject_into` \"" + into + "\"");
}

}  // namespace

request_option make_request_option(const component& of) {
  const bool has_path = of.field("field_path") != nullptr;
  return {target_named(of), of.expressions(has_path ? "field_path" : "field_name")};
}

std::optional<request_option> make_optional_option(const component& of, std::string_view name) {
  const auto option = of.optional_child(name);
  return option ? std::optional(make_request_option(*option)) : std::nullopt;
}

std::shared_ptr<requester> make_requester(const component& of, const std::string& stream) {
  http_requester_options o;
  if (of.type() == "CustomRequester") {
    o.change = [edit = make_custom_edit(of)](http_request& request, const variables& given) {
      edit(request, call_of_variables(given));
    };
  } else if (of.type() != "HttpRequester") {
    of.refuse("requesters of type " + std::string(of.type()) + " do not run here");
  }
  o.name = stream;
  o.request.where = of.where();
  o.request.parameters = of.given().parameters;
  o.request.url = of.expression("url");
  o.request.url_base = of.expression("url_base");
  o.request.path = of.expression("path");
  o.request.method = method_of(of);
  o.request.query_properties_key = query_properties_parameter(of);
  o.request.request_parameters = parameters_of(of, o.request.query_properties_key);
  o.request.request_headers = members_of(of, "request_headers");
  o.request.body = body_of(of);
  if (const auto auth = of.optional_child("authenticator")) {
    o.auth = make_authenticator(*auth);
  }
  if (const auto errors = of.optional_child("error_handler")) {
    o.errors = make_error_handler(*errors);
  }
  o.budget = of.parts().budget;
  o.connections = of.parts().connections;
  o.allowed_hosts = of.parts().allowed_hosts;
  o.retry_deadline = of.parts().retry_deadline;
  o.time = of.parts().time;
  return std::make_shared<http_requester>(std::move(o));
}

}  // namespace ingest::rest
