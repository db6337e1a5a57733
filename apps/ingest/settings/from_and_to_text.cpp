#include <algorithm>
#include <string>

#include "core/ascii.hpp"

#include "settings/setting_text.hpp"

namespace ingest::detail {

namespace {

constexpr std::string_view file_prefix = "file:";
constexpr std::string_view connector_prefix = "connector:";
constexpr std::string_view singer_prefix = "singer:";
constexpr std::string_view airbyte_prefix = "airbyte:";

std::optional<std::filesystem::path> parse_file(std::string_view text) {
  const bool holds_nul = text.find('\0') != std::string_view::npos;
  if (!text.starts_with(file_prefix) || text.size() == file_prefix.size() || holds_nul) {
    return std::nullopt;
  }
  return parse_path(text.substr(file_prefix.size()));
}

std::string extension_of(const std::filesystem::path& path) {
  return lower(path.extension().string());
}

/// Takes the ending of a compressed file off the path.
file_compression take_compression(std::filesystem::path& path) {
  const std::string extension = extension_of(path);
  const auto found = extension == ".gz"    ? file_compression::gzip
                     : extension == ".zst" ? file_compression::zstd
                                           : file_compression::none;
  if (found != file_compression::none) {
    path.replace_extension();
  }
  return found;
}

std::optional<record_format> format_of(const std::filesystem::path& path) {
  const std::string extension = extension_of(path);
  if (extension == ".ndjson" || extension == ".jsonl" || extension == ".json") {
    return record_format::ndjson;
  }
  if (extension == ".csv") {
    return record_format::csv;
  }
  if (extension == ".parquet") {
    return record_format::parquet;
  }
  return extension == ".tsv" ? std::optional(record_format::tsv) : std::nullopt;
}

}  // namespace

std::optional<source_choice> parse_source(std::string_view text) {
  using enum source_choice::kind;
  if (text == "api") {
    return source_choice{.what = api};
  }
  if (text == "stdin") {
    return source_choice{.what = standard_input};
  }
  if (text.starts_with(connector_prefix) && text.size() > connector_prefix.size()) {
    return source_choice{.what = connector, .path = parse_path(text.substr(connector_prefix.size()))};
  }
  for (const auto& [prefix, kind] : {std::pair(singer_prefix, singer), std::pair(airbyte_prefix, airbyte)}) {
    if (text.starts_with(prefix) && text.size() > prefix.size()) {
      return source_choice{.what = kind, .command = std::string(text.substr(prefix.size()))};
    }
  }
  const auto path = parse_file(text);
  if (!path) {
    return std::nullopt;
  }
  std::filesystem::path bare = *path;
  take_compression(bare);
  const auto format = format_of(bare);
  return format && *format != record_format::parquet ? std::optional(source_choice{file, *path, *format})
                                                     : std::nullopt;
}

std::optional<target_choice> parse_target(std::string_view text) {
  using enum target_choice::kind;
  if (text == "postgres") {
    return target_choice{.what = postgres};
  }
  if (text == "stdout") {
    return target_choice{.what = standard_output};
  }
  const auto path = parse_file(text);
  if (!path) {
    return std::nullopt;
  }
  std::filesystem::path bare = *path;
  const file_compression compression = take_compression(bare);
  const record_format format = format_of(bare).value_or(record_format::ndjson);
  const bool is_whole = format == record_format::parquet && compression == file_compression::none;
  if (format != record_format::ndjson && !is_whole) {
    return std::nullopt;
  }
  return target_choice{file, *path, compression, format};
}

}  // namespace ingest::detail
