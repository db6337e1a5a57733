#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ingest::rest::expressions {

/// The hexadecimal digest of `text` and, behind it, `salt`, by a name that Python's hashlib has: md5, sha1, sha256 …
/// Nothing where it has none of that name.
std::optional<std::string> digest(std::string_view name, std::string_view text, std::string_view salt);

/// HMAC with SHA-256, in hexadecimal digits.
std::string hmac_sha256(std::string_view text, std::string_view key);

/// As Python's b64decode(): characters that are none of base64's are skipped. Nothing where the padding is wrong.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace ingest::rest::expressions
