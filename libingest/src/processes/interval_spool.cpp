#include "processes/interval_spool.hpp"

#include <algorithm>
#include <random>

#include "ingest/error.hpp"

namespace ingest::processes {

namespace {

constexpr std::string_view prefix = "interval_";
constexpr std::string_view suffix = ".spool";

bool is_spool(const std::string& name) {
  return name.starts_with(prefix) && name.ends_with(suffix);
}

/// Never one that a position of another time could mean.
std::string new_name() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device source;
  std::string name(prefix);
  for (int i = 0; i < 16; ++i) {
    name += digits[source() % digits.size()];
  }
  return name + std::string(suffix);
}

}  // namespace

interval_spool::interval_spool(file_system& files, std::filesystem::path directory, std::uint64_t in_flight)
    : files_(files), directory_(std::move(directory)), in_flight_(in_flight) {}

void interval_spool::begin(const std::optional<spool_place>& to_be_read) {
  abandon();
  reading_.reset();
  being_read_.clear();
  if (!has_begun_) {
    for (const std::string& name : files_.list(directory_)) {
      if (is_spool(name) && !(to_be_read && to_be_read->file == name)) {
        files_.remove(directory_ / name);
      }
    }
    has_begun_ = true;
  }
  if (to_be_read) {
    opened(*to_be_read);
  }
}

void interval_spool::create() {
  abandon();
  name_ = new_name();
  file_ = files_.create(directory_ / name_);
}

void interval_spool::append(std::string_view lines) {
  file_->append(lines);
}

spool_place interval_spool::finish(bool is_last) {
  file_->sync();
  files_.sync_directory(directory_);
  spool_place place{name_, 0, file_->size(), is_last};
  file_.reset();
  return place;
}

void interval_spool::abandon() noexcept {
  if (!file_) {
    return;
  }
  file_.reset();
  try {
    files_.remove(directory_ / name_);
  } catch (const error&) {
    // The next process removes it before it begins.
  }
}

const file& interval_spool::opened(const spool_place& place) {
  if (being_read_ == place.file) {
    return *reading_;
  }
  const auto path = directory_ / place.file;
  if (!is_spool(place.file) || place.file.find('/') != place.file.npos || !files_.exists(path)) {
    throw error(errc::bad_data,
                path.string() +
                    " is gone, which has the rest of records that were loaded in part: without a key they cannot be "
                    "asked for again. Put it back, or load all anew with `start_over()`");
  }
  reading_ = files_.open(path);
  being_read_ = place.file;
  if (reading_->size() < place.end) {
    throw error(errc::bad_data, path.string() + " has " + std::to_string(reading_->size()) + " of " +
                                    std::to_string(place.end) +
                                    " bytes: it was changed. Put it back, or load all anew "
                                    "with `start_over()`");
  }
  return *reading_;
}

std::string interval_spool::read(spool_place& from, std::size_t bytes) {
  const file& in = opened(from);
  std::string lines;
  for (std::size_t wanted = bytes;; wanted *= 2) {
    lines.resize(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, from.end - from.at)));
    in.read(from.at, lines.size(), lines.data());
    const auto end = lines.rfind('\n');
    if (end != lines.npos) {
      lines.resize(end + 1);
      break;
    }
    if (lines.size() == from.end - from.at) {
      throw error(errc::bad_data, (directory_ / from.file).string() + " does not end with a line: it was changed");
    }
  }
  from.at += lines.size();
  return lines;
}

void interval_spool::note_given(std::uint64_t bytes, const std::string& finished) {
  for (read_file& old : read_) {
    old.given_since += bytes;
  }
  if (!finished.empty()) {
    std::erase_if(read_, [&finished](const read_file& old) { return old.name == finished; });
    read_.push_back({finished, 0});
  }
  while (!read_.empty() && read_.front().given_since > in_flight_) {
    files_.remove(directory_ / read_.front().name);
    read_.pop_front();
  }
}

void interval_spool::remove_all(file_system& files, const std::filesystem::path& directory) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory, ignored)) {
    return;
  }
  for (const std::string& name : files.list(directory)) {
    if (is_spool(name)) {
      files.remove(directory / name);
    }
  }
}

}  // namespace ingest::processes
