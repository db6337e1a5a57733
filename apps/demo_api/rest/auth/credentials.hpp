#pragma once

#include <string>
#include <string_view>

#include "demo_api/http_message.hpp"

namespace demo_api::rest {

/// What follows a scheme such as "Bearer" in the header Authorization; empty if that is of another scheme.
std::string credentials_of(const http_request& request, std::string_view scheme);

/// The value of the header Authorization for a user and a password (RFC 7617).
std::string basic_credentials(const std::string& user, const std::string& password);

/// The members of a body that is a form or a JSON object of texts.
name_value_list members_of_body(const http_request& request);

/// The first value of that name; empty if there is none.
std::string value_of(const name_value_list& members, std::string_view name);

}  // namespace demo_api::rest
