#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ingest/sinks/file_sink.hpp"

namespace ingest {

namespace detail {
class zstd_encoder;
}

struct ndjson_files_options {
  std::filesystem::path directory;  ///< must exist
  std::string prefix = "events";    ///< files are `PREFIX.000001.ndjson` and so on, with `.zst` behind where compressed

  /// A file is completed once it holds as much, counted before compression.
  std::uint64_t file_bytes = 256ull << 20;
  std::optional<std::uint64_t> file_records = std::nullopt;

  std::optional<int> zstd_level = std::nullopt;  ///< 1 … 19; nothing: not compressed
  file_sink_options files = {};
};

/// Lines, in files of limited size, each of which appears when it is complete. Numbers go on behind those that are in
/// the directory; one sink at a time may write files of a prefix there. Batches must hold whole lines (errc::bad_data
/// otherwise) and are never divided. abort() removes the file that is being written and leaves the complete ones.
class ndjson_files_sink final : public sink {
 public:
  /// Throws errc::config for a prefix that is empty or has a slash, for a size of 0, and for an unknown level.
  explicit ndjson_files_sink(ndjson_files_options options);
  ~ndjson_files_sink() override;

  void open(std::stop_token stop) override;
  write_outcome write(const batch& records) override;
  void finalize() override;
  void abort(const error& why) override;
  commit_point commits() const override { return commit_point::unknown; }

 private:
  void begin_file();
  void complete_file();
  void append(std::string compressed);
  std::uint64_t last_number() const;

  ndjson_files_options options_;
  std::stop_token stop_;
  std::uint64_t number_ = 0;  // of the last file begun
  std::unique_ptr<file_sink> file_;
  std::unique_ptr<detail::zstd_encoder> encoder_;
  std::uint64_t bytes_ = 0;
  std::uint64_t records_ = 0;
};

}  // namespace ingest
