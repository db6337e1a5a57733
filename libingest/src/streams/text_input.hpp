#pragma once

#include <memory>
#include <string>

#include "streams/byte_input.hpp"

namespace ingest::detail {

/// The text that `from` holds, told by its first bytes and not by its name: gzip (all members) and zstd (all frames,
/// skippable ones too) are decompressed, UTF-16 becomes UTF-8. `name` is what messages call it. Throws errc::bad_data
/// where it begins as a file that is no text (another compression, an archive, a spreadsheet), saying what was seen,
/// and, while reading, where what is compressed or encoded is damaged or cut off.
std::unique_ptr<byte_input> text_of(std::unique_ptr<byte_input> from, const std::string& name);

/// The text of a file. `offset` counts bytes of the text; where the file is not text as it is, those before it are read
/// and thrown away. Throws as open_file() does.
std::unique_ptr<byte_input> open_text(const std::string& path, std::uint64_t offset, const std::stop_token& stop);

}  // namespace ingest::detail
