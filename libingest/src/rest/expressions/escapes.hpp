#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingest::rest::expressions {

/// The contents of a string of Python, or of Jinja, which has the same escapes, with these resolved; nothing where an
/// escape is none. `\N{…}` is not known. In `bytes` there are no escapes of characters, and \xff is a byte.
std::optional<std::string> unescaped(std::string_view contents, bool bytes = false);

/// Appends a character, a lone surrogate among them, which gets three bytes.
void append_code(std::uint32_t code, std::string& to);

}  // namespace ingest::rest::expressions
