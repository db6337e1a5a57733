#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Whether a page of so many records is the last one: it has none, or fewer than were asked for. What a record filter
/// leaves out still counts, else a full page that is filtered would end the stream. A page size of 0 says nothing.
bool is_last_counted_page(std::size_t extracted, std::optional<std::int64_t> page_size);

/// A token that counts, moved on. Throws errc::bad_data, naming the `strategy`, for one that is no number or would have
/// more than 64 bits.
std::int64_t added_to_token(const value& token, std::size_t count, std::string_view strategy);

}  // namespace ingest::rest
