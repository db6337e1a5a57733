#include "demo_api/rest/auth/credentials.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <boost/beast/core/detail/base64.hpp>

namespace demo_api::rest {

std::string credentials_of(const http_request& request, std::string_view scheme) {
  const std::string header = request.header("Authorization");
  const bool fits = header.size() > scheme.size() && header.starts_with(scheme) && header[scheme.size()] == ' ';
  return fits ? header.substr(scheme.size() + 1) : "";
}

std::string basic_credentials(const std::string& user, const std::string& password) {
  namespace base64 = boost::beast::detail::base64;
  const std::string both = user + ":" + password;
  std::string out(base64::encoded_size(both.size()), '\0');
  out.resize(base64::encode(out.data(), both.data(), both.size()));
  return out;
}

name_value_list members_of_body(const http_request& request) {
  if (!request.body.starts_with('{')) {
    http_request form;
    form.target = "?" + request.body;
    split_target(form);
    return form.parameters;
  }
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(request.body.data(), request.body.size());
  name_value_list members;
  if (!json.HasParseError() && json.IsObject()) {
    for (const auto& member : json.GetObject()) {
      if (member.value.IsString()) {
        members.emplace_back(member.name.GetString(), member.value.GetString());
      }
    }
  }
  return members;
}

std::string value_of(const name_value_list& members, std::string_view name) {
  const auto at = std::find_if(members.begin(), members.end(), [name](const auto& m) { return m.first == name; });
  return at == members.end() ? "" : at->second;
}

}  // namespace demo_api::rest
