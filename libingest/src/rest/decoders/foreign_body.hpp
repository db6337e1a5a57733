#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rest/expressions/value.hpp"

/// What comes in place of rows or lines with a status that says success: pages that ask people to log in, errors.
namespace ingest::rest {

/// Throws errc::bad_data, as what may pass, where a body begins as a page of HTML or a document of XML does.
void refuse_markup(std::string_view beginning);

/// Throws errc::bad_data, as what may pass, with what the error says.
[[noreturn]] void refuse_error(const std::string& words);

/// What an object says that speaks of an error and of nothing else ("error", beside "code", "message", "status" …);
/// nothing for all else. For lines of which others may be records.
std::optional<std::string> error_alone(const value& document);

/// The same of a body that is to be no JSON: whatever else is in it.
std::optional<std::string> error_in(std::string_view body);

}  // namespace ingest::rest
