#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>

namespace ingest::detail {

/// What a path to be written to leads to.
struct output_place {
  std::filesystem::path path;  ///< behind all symbolic links
  bool replaced = true;        ///< a regular file, or nothing yet: a new file can take its place in one step
  std::optional<int> descriptor = std::nullopt;  ///< of this process, which the path names, as /dev/stdout does
};

/// Throws errc::config where links lead round in a circle.
output_place place_of(const std::filesystem::path& path);

/// Opens what cannot be replaced, such as a FIFO or a device, to be written to as it is. A FIFO that nobody reads is
/// waited for, until `stop` is requested (errc::cancelled) or `patience` is over (errc::io). The caller owns what is
/// returned.
int open_in_place(const output_place& place, const std::optional<std::chrono::milliseconds>& patience,
                  const std::stop_token& stop);

/// Gives the file at `path` the mode and, if we may, the owner of the one at `old`; nothing where that is none.
void keep_mode(const std::filesystem::path& old, const std::filesystem::path& path);

/// Removes what killed processes have left behind of `path`: files `.<name>.<number>.tmp` beside it that belong to our
/// user and that nobody has locked. Those of living processes are locked by hold().
void remove_abandoned(const std::filesystem::path& path);

/// Locks a temporary file as ours. Returns a descriptor that holds the lock, which the caller owns; nothing where
/// somebody took the file for abandoned before it was locked. Throws errc::io where it cannot be opened.
std::optional<int> hold(const std::filesystem::path& temporary);

}  // namespace ingest::detail
