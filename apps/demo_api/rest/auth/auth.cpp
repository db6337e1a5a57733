#include "demo_api/rest/auth/auth.hpp"

#include <array>

#include "demo_api/rest/auth/auth_kinds.hpp"

namespace demo_api::rest {
namespace {

using maker = kind_line<std::unique_ptr<auth>>;

constexpr std::array<maker, 7> kinds = {{
    {"none", make_no_auth},
    {"api_key", make_api_key},
    {"bearer", make_bearer},
    {"basic", make_basic},
    {"oauth2_refresh", make_oauth2_refresh},
    {"oauth2_client_credentials", make_oauth2_client_credentials},
    {"session", make_session},
}};

}  // namespace

std::unique_ptr<auth> make_auth(const yaml_value& description) {
  return make_of_kind(std::span<const maker>(kinds), "auth", description);
}

}  // namespace demo_api::rest
