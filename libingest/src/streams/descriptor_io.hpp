#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>

namespace ingest::detail {

/// Reads up to `size` bytes, as many as come at once; 0 at the end. Waits where the descriptor makes it wait, and
/// throws errc::cancelled when `stop` is requested meanwhile; `name` is what messages call it.
std::size_t read_some(int fd, char* to, std::size_t size, const std::string& name, const std::stop_token& stop);

/// The same for a regular file, which never makes one wait.
std::size_t read_file(int fd, char* to, std::size_t size, const std::string& name, const std::stop_token& stop);

bool is_regular_file(int fd);

/// Writes all of `bytes`, waiting where the descriptor makes it wait; throws errc::cancelled when `stop` is requested
/// before the end: part of the bytes may have been written then.
void write_all(int fd, std::string_view bytes, const std::string& name, const std::stop_token& stop);

/// Opens a file, a FIFO or a device for reading. Throws errc::config where there is none or it must not be read, and
/// for a directory.
int open_for_reading(const std::string& path);

}  // namespace ingest::detail
