#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

std::string_view without_byte_order_mark(std::string_view text);
bool is_blank(std::string_view text);

/// Throws errc::bad_data, which a new attempt may mend: the body of an answer is no JSON at `offset`.
[[noreturn]] void refuse_body(std::string_view body, std::size_t offset);

/// The documents of a body of JSON, as the CDK sees them: the elements of an array, or else the one value; of an empty
/// body, an empty array or null a document that is empty. Throws errc::bad_data as refuse_body() does, where the CDK
/// would take the page for empty.
std::vector<std::string_view> documents_of(std::string_view body);

/// The value of one of them; an empty dict of what is empty. Throws errc::bad_data for what is nested too
/// deeply.
value document_of(std::string_view found);

}  // namespace ingest::rest
