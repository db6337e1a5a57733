#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::detail {

/// How many bytes of `text`, from `at` on, spell `word`: as it is, percent-encoded (also twice), as a form's "+", with
/// JSON's escapes, also within JSON within JSON. 0: they do not. `base64`: "-" and "_" are "+" and "/".
std::size_t spelt_length(std::string_view text, std::size_t at, std::string_view word, bool base64);

/// The byte that a percent-encoding at `at` stands for, also one that is encoded twice or more; nothing where there is
/// none.
std::optional<unsigned char> percent_encoded_byte(std::string_view text, std::size_t at);

/// The first byte of the character that JSON's escape at `at`, a backslash or several, stands for.
std::optional<unsigned char> escaped_first_byte(std::string_view text, std::size_t at);

/// What is in a base64 text whatever stands before and behind `secret` in what it encodes: one text for each of the
/// three places in which the secret may begin. None for secrets so short that such texts would be found by chance.
std::vector<std::string> base64_cores(std::string_view secret);

}  // namespace ingest::detail
