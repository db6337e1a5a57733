#pragma once

#include <memory>

#include "demo_api/rest/auth/auth.hpp"
#include "demo_api/rest/description/kinds.hpp"

namespace demo_api::rest {

std::unique_ptr<auth> make_no_auth(settings& s);

/// `key` in the header or query parameter called `name`, as `in` says: header, query.
std::unique_ptr<auth> make_api_key(settings& s);

/// Authorization: Bearer `token`.
std::unique_ptr<auth> make_bearer(settings& s);

/// `user` and `password` (RFC 7617).
std::unique_ptr<auth> make_basic(settings& s);

/// Bearer tokens for a refresh token (RFC 6749, 6), asked for at `path`. With `rotate` each is given together with the
/// next refresh token, and the one before is of no use any more.
std::unique_ptr<auth> make_oauth2_refresh(settings& s);

/// Bearer tokens for `client_id` and `client_secret` (RFC 6749, 4.4), asked for at `path`.
std::unique_ptr<auth> make_oauth2_client_credentials(settings& s);

/// A token for `user` and `password`, posted to `path` as JSON, which requests bear in a `header`.
std::unique_ptr<auth> make_session(settings& s);

}  // namespace demo_api::rest
