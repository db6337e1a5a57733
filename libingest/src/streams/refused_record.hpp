#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingest::detail {

/// Begins the line of a record that is none. With this control character no JSON begins: a line of a file that has it
/// there by accident is none either.
constexpr char refused_mark = '\x15';

/// Appends a line for a record that is none, to `to`: the mark, and `[{"reason":…,"offset":…,"record":…}]`. `bytes`
/// stay what they are, but for JSON's escapes.
void append_refused(std::string_view reason, std::uint64_t offset, std::string_view bytes, std::string& to);

/// The reason in what follows the mark; nothing if append_refused() did not write it.
std::optional<std::string> reason_of(std::string_view refused);

}  // namespace ingest::detail
