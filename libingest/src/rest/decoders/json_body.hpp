#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

std::string_view without_byte_order_mark(std::string_view text);
bool is_blank(std::string_view text);

/// Throws errc::bad_data, which a new attempt may mend: the body of an answer is no JSON at `offset`.
[[noreturn]] void refuse_body(std::string_view body, std::size_t offset);

/// The documents of a body of JSON, as the CDK sees them: the elements of an array, or else the one value; of an empty
/// body, an empty array or null a document that is an empty dict. Throws errc::bad_data as refuse_body() does, where
/// the CDK would take the page for empty.
void for_each_document(std::string_view body, const std::function<void(const value&)>& each);

}  // namespace ingest::rest
