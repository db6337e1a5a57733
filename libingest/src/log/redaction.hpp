#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::detail {

/// `text` with the passwords in URLs (scheme://user:password@host) and after "password=", as in connection strings and
/// queries, replaced by "***". Quoted values and any case are understood.
std::string without_passwords(std::string_view text);

struct text_range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The password in `url`, which ends where the URL does: all from the first ":" to the last "@" before a query,
/// whatever is between them. So it is found too where somebody forgot to escape a "/", "@" or "?" in it, and a parser
/// takes the half of it for a port or a database.
std::optional<text_range> password_of_url(std::string_view url);

/// The first "/", "@" or "?" that stands unescaped in user or password of a PostgreSQL URL, where libpq would take what
/// follows for something else, and quote it in its messages.
std::optional<char> unescaped_in_credentials(std::string_view url);

/// What log::add_secret() was given, longest first: for those who must not write any of it to a file.
std::vector<std::string> known_secrets();

/// Whether a header of this name is likely to hold a secret.
bool names_secret(std::string_view header);

}  // namespace ingest::detail
