#pragma once

#include <memory>
#include <string>

#include "streams/byte_input.hpp"

namespace ingest::detail {

/// What `encoded` holds as UTF-16, with a byte order mark or without, as UTF-8 without one. Half of a surrogate pair
/// becomes three bytes that are no UTF-8, so that the record which has it is refused, and no other. `name` is what
/// messages call it. Reading throws errc::bad_data where the last character lacks a byte.
std::unique_ptr<byte_input> decode_utf16(std::unique_ptr<byte_input> encoded, bool big_endian, std::string name);

}  // namespace ingest::detail
