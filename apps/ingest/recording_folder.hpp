#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "rest/recordings/recorded_stream.hpp"

/// What `ingest record` writes and `ingest test` reads: a directory of texts, for a version control.
namespace ingest::app {

struct recorded_stream {
  std::string name;
  std::string file;           ///< what its files are called, without their endings
  std::uint64_t cut_after{};  ///< pages, where that was not the end; 0: it was
  rest::exchange_groups groups = {};
  rest::stream_transcript expected = {};
};

struct recording {
  std::string manifest;                           ///< its path, relative to the directory
  std::chrono::system_clock::time_point present;  ///< when it was recorded, to the millisecond
  std::vector<std::string> allowed_hosts = {};
  rest::value config = {};  ///< with what stands for secrets
  std::vector<recorded_stream> streams = {};
  std::vector<rest::recorded_exchange> tokens = {};  ///< what was asked for tokens
};

/// The contents of its files, by their names.
using recording_texts = std::map<std::string, std::string>;

recording_texts texts_of(const recording& r);

/// Throws errc::bad_data, naming the file.
recording recording_of(const recording_texts& texts);

/// Throws errc::config where there is no recording, errc::io.
recording_texts read_recording(const std::filesystem::path& directory);

/// Takes the place of a recording that is there. Throws errc::config for a directory with anything else in it,
/// errc::io.
void write_recording(const std::filesystem::path& directory, const recording_texts& texts);

/// What a stream is expected to give, alone. Throws errc::io.
void write_expectation(const std::filesystem::path& directory, const recorded_stream& stream);

}  // namespace ingest::app
