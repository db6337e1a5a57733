#include "ingest/sinks/file_sink.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "core/descriptor.hpp"
#include "streams/descriptor_io.hpp"
#include "streams/output_place.hpp"

namespace ingest {

namespace {

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  std::random_device random;
  const auto number = (std::uint64_t{random()} << 32) | random();
  return directory_of(path) / ("." + path.filename().string() + "." + std::to_string(number) + ".tmp");
}

}  // namespace

file_sink::file_sink(std::filesystem::path path, file_sink_options options)
    : path_(std::move(path)), options_(options) {}

file_sink::~file_sink() {
  try {
    remove_temporary();
  } catch (const error&) {
    // A file that nobody takes for a complete one stays; a destructor has nobody to tell.
  }
}

commit_point file_sink::commits() const {
  return detail::place_of(path_).replaced ? commit_point::finalize : commit_point::each_write;
}

void file_sink::open(std::stop_token stop) {
  std::error_code ignored;
  if (!path_.has_filename() || std::filesystem::is_directory(path_, ignored)) {
    throw error(errc::config, "cannot write to " + path_.string() + ": it is a directory; name a file in it");
  }
  const detail::output_place found = detail::place_of(path_);
  if (!found.replaced) {
    in_place_ = std::make_unique<detail::descriptor>(detail::open_in_place(found, options_.patience, stop));
    stop_ = std::move(stop);
    return;
  }
  if (!std::filesystem::is_directory(directory_of(found.path), ignored)) {
    throw error(errc::config, "cannot write to " + path_.string() + ": its directory does not exist; create it first");
  }
  detail::remove_abandoned(found.path);
  create_temporary(found.path);
}

void file_sink::create_temporary(const std::filesystem::path& place) {
  for (;;) {
    auto temporary = temporary_beside(place);
    file_ = options_.files->create(temporary);
    // A process that looks for abandoned files may have found this one before it was locked.
    if (const auto lock = detail::hold(temporary)) {
      lock_ = std::make_unique<detail::descriptor>(*lock);
      temporary_ = std::move(temporary);
      place_ = place;
      return;
    }
    file_.reset();
    options_.files->remove(temporary);
  }
}

write_outcome file_sink::write(const batch& records) {
  if (in_place_) {
    detail::write_all(in_place_->fd(), records.bytes(), path_.string(), stop_);
    return {};
  }
  // In pieces that stay in the processor's cache: measured, ext4 takes large writes at less than half the speed.
  constexpr std::size_t piece_bytes = 64 << 10;
  for (std::string_view left = records.bytes(); !left.empty(); left.remove_prefix(std::min(left.size(), piece_bytes))) {
    file_->append(left.substr(0, piece_bytes));
  }
  return {};
}

void file_sink::finalize() {
  if (in_place_) {
    in_place_.reset();
    return;
  }
  if (options_.durable) {
    file_->sync();
  }
  file_.reset();
  detail::keep_mode(place_, temporary_);
  options_.files->rename(temporary_, place_);
  temporary_.clear();
  lock_.reset();
  if (options_.durable) {
    options_.files->sync_directory(directory_of(place_));
  }
}

void file_sink::abort(const error&) {
  remove_temporary();
}

void file_sink::remove_temporary() {
  file_.reset();
  in_place_.reset();
  if (!temporary_.empty()) {
    options_.files->remove(std::exchange(temporary_, {}));
  }
  lock_.reset();
}

}  // namespace ingest
