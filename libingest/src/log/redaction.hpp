#pragma once

#include <string>
#include <string_view>

namespace ingest::detail {

/// `text` with the passwords in URLs (scheme://user:password@host) and after "password=", as in connection strings and
/// queries, replaced by "***". Quoted values and any case are understood.
std::string without_passwords(std::string_view text);

}  // namespace ingest::detail
