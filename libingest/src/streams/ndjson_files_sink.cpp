#include "ingest/sinks/ndjson_files_sink.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

#include "streams/compression.hpp"

namespace ingest {

ndjson_files_sink::ndjson_files_sink(ndjson_files_options options) : options_(std::move(options)) {
  if (options_.prefix.empty() || options_.prefix.find('/') != std::string::npos) {
    throw error(errc::config, "the prefix \"" + options_.prefix + "\" of the files is empty or has a slash");
  }
  if (options_.file_bytes == 0 || options_.file_records == 0u) {
    throw error(errc::config, "files of 0 bytes or records cannot be written: give them a size");
  }
  if (options_.zstd_level && (*options_.zstd_level < 1 || *options_.zstd_level > 19)) {
    throw error(errc::config, "the zstd level " + std::to_string(*options_.zstd_level) + " is not one of 1 to 19");
  }
}

ndjson_files_sink::~ndjson_files_sink() = default;

void ndjson_files_sink::open(std::stop_token stop) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(options_.directory, ignored)) {
    throw error(errc::config,
                "cannot write files to " + options_.directory.string() + ": it is no directory; create it first");
  }
  stop_ = std::move(stop);
  number_ = last_number();
}

write_outcome ndjson_files_sink::write(const batch& records) {
  const std::string_view bytes = records.bytes();
  if (bytes.empty()) {
    return {};
  }
  if (bytes.back() != '\n') {
    throw error(errc::bad_data, "a batch for the files of " + options_.prefix +
                                    " does not end with a whole line; put a line_transform before the sink");
  }
  if (!file_) {
    begin_file();
  }
  if (encoder_) {
    append(encoder_->add(bytes));
  } else {
    file_->write(records);
  }
  bytes_ += bytes.size();
  records_ += records.records;
  if (bytes_ >= options_.file_bytes || (options_.file_records && records_ >= *options_.file_records)) {
    complete_file();
  }
  return {};
}

void ndjson_files_sink::finalize() {
  if (file_) {
    complete_file();
  }
}

void ndjson_files_sink::abort(const error& why) {
  if (file_) {
    std::exchange(file_, nullptr)->abort(why);
  }
}

void ndjson_files_sink::begin_file() {
  char name[32];
  std::snprintf(name, sizeof name, ".%06llu.ndjson", static_cast<unsigned long long>(++number_));
  const std::string suffix = options_.zstd_level ? ".zst" : "";
  file_ = std::make_unique<file_sink>(options_.directory / (options_.prefix + name + suffix), options_.files);
  encoder_ = options_.zstd_level ? std::make_unique<detail::zstd_encoder>(*options_.zstd_level) : nullptr;
  bytes_ = 0;
  records_ = 0;
  file_->open(stop_);
}

void ndjson_files_sink::complete_file() {
  if (encoder_) {
    append(encoder_->finish());
  }
  file_->finalize();
  file_.reset();
}

void ndjson_files_sink::append(std::string compressed) {
  batch b;
  b.data = std::make_shared<const std::string>(std::move(compressed));
  file_->write(b);
}

/// The highest number among the files that are there, whether compressed or not.
std::uint64_t ndjson_files_sink::last_number() const {
  std::uint64_t last = 0;
  for (const std::string& name : options_.files.files->list(options_.directory)) {
    std::uint64_t number = 0;
    const std::string begin = options_.prefix + ".";
    if (name.starts_with(begin)) {
      const char* digits = name.data() + begin.size();
      const auto [end, problem] = std::from_chars(digits, name.data() + name.size(), number);
      const std::string_view rest(end, static_cast<std::size_t>(name.data() + name.size() - end));
      if (problem == std::errc() && (rest == ".ndjson" || rest == ".ndjson.zst")) {
        last = std::max(last, number);
      }
    }
  }
  return last;
}

}  // namespace ingest
