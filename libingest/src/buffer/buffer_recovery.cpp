#include "buffer/buffer_recovery.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "buffer/buffer_index.hpp"
#include "core/crc32c.hpp"

namespace ingest {

namespace detail {

namespace {

using std::filesystem::path;

/// A segment as its index tells it.
struct scanned_segment {
  std::uint64_t number = 0;
  path data_path;
  path index_path;
  bool has_data = false;
  std::uint64_t data_bytes = 0;
  bool has_index = false;
  std::uint64_t index_bytes = 0;
  bool has_records = false;  ///< or something that looks like one
  std::optional<decoded_header> header;
  std::vector<slice_progress> before;  ///< its slices by their numbers, as they stood before their first page here
  std::vector<page> pages;             ///< up to the first whose record cannot be read
  std::vector<std::uint64_t> ends;     ///< of their records
  std::uint64_t durable = 0;           ///< so many pages cannot be missing but by damage

  std::uint64_t index_end() const { return ends.empty() ? header->length : ends.back(); }
  std::uint64_t data_end() const { return pages.empty() ? 0 : pages.back().offset + pages.back().length; }

  void keep_pages(std::size_t count) {
    pages.resize(count);
    ends.resize(count);
  }
};

[[noreturn]] void damaged(const path& file, const std::string& what) {
  throw error(errc::bad_data, file.string() + ": " + what +
                                  ". No interrupted write does this: restore the buffer's files from a copy, or start "
                                  "the run anew with `start_over()`");
}

std::unique_ptr<file> open_if_there(file_system& files, const path& p) {
  if (!files.exists(p)) {
    return nullptr;
  }
  try {
    return files.open(p);
  } catch (const error&) {
    // A running process may have deleted it meanwhile, when inspect() looks on from outside.
    if (!files.exists(p)) {
      return nullptr;
    }
    throw;
  }
}

std::string read_whole(const file& f) {
  std::string text(f.size(), '\0');
  f.read(0, text.size(), text.data());
  return text;
}

/// The pages in the order of their records, each behind the last one of its slice and of the data.
void parse_pages(scanned_segment& s, std::string_view text) {
  std::vector<slice_progress> reached;
  for (std::size_t at = s.header->length;;) {
    if (auto slice = decode_slice(text, at, s.header->crc)) {
      if (slice->number != reached.size()) {
        damaged(s.index_path, "the slice's record at offset " + std::to_string(at) + " has the number " +
                                  std::to_string(slice->number) + ", not " + std::to_string(reached.size()));
      }
      reached.push_back(slice->before);
      s.before.push_back(std::move(slice->before));
      at += slice->length;
      continue;
    }
    auto record = decode_page(text, at, s.header->crc);
    if (!record) {
      return;
    }
    page& p = record->description;
    if (record->slice >= reached.size() || p.id != reached[record->slice].pages + 1 || p.offset != s.data_end()) {
      damaged(s.index_path, "the record at offset " + std::to_string(at) + " is of page " + std::to_string(p.id) +
                                ", which does not follow the one before");
    }
    at += record->length;
    p.slice = reached[record->slice].slice;
    p.segment = s.number;
    reached[record->slice].advance(p);
    s.durable = std::max(s.durable, record->durable_before);
    s.pages.push_back(std::move(p));
    s.ends.push_back(at);
  }
}

/// Fills in all that the text of the index tells.
void parse_index(scanned_segment& s, std::string_view text) {
  s.index_bytes = text.size();
  s.header = decode_header(text, s.index_path.string());
  if (!s.header) {
    s.has_records = find_page(text, 0) != std::string_view::npos;
    return;
  }
  if (s.header->header.segment != s.number) {
    damaged(s.index_path, "the index belongs to segment " + std::to_string(s.header->header.segment));
  }
  parse_pages(s, text);
  // Behind a record that cannot be read a later one may tell that it had been durable: damage, then, not a torn tail.
  for (std::size_t at = find_page(text, s.index_end()); at != std::string_view::npos; at = find_page(text, at + 1)) {
    if (const auto record = decode_page(text, at, s.header->crc)) {
      s.durable = std::max(s.durable, record->durable_before);
    }
  }
}

/// Nothing if the segment was deleted by a running process meanwhile.
std::optional<scanned_segment> read_segment(file_system& files, const path& directory, std::uint64_t number) {
  scanned_segment s;
  s.number = number;
  s.data_path = directory / segment_file_name(number);
  s.index_path = directory / index_file_name(number);
  // In this order, because a running process creates the index before it writes data, and deletes the data first.
  // One at a time stays open: there may be more segments than descriptors.
  if (const auto data = open_if_there(files, s.data_path)) {
    s.has_data = true;
    s.data_bytes = data->size();
  }
  const auto index = open_if_there(files, s.index_path);
  if (!index) {
    return s.has_data && files.exists(s.data_path) ? std::optional(std::move(s)) : std::nullopt;
  }
  s.has_index = true;
  parse_index(s, read_whole(*index));
  if (const auto data = s.has_data ? open_if_there(files, s.data_path) : nullptr) {
    s.data_bytes = data->size();  // pages may have come while the index was read
  }
  return s;
}

class scanner {
 public:
  scanner(file_system& files, path directory) : files_(files), directory_(std::move(directory)) {}

  buffer_scan scan() {
    read_segments();
    const auto newest =
        std::find_if(segments_.rbegin(), segments_.rend(), [&](const scanned_segment& s) { return !is_unfinished(s); });
    for (scanned_segment& s : segments_) {
      if (is_unfinished(s)) {
        leave_behind(s);
      } else {
        judge(s, &s == &*newest);
      }
      follow(s);
    }
    for (auto& [slice, progress] : slices_) {
      result_.found.slices.push_back(std::move(progress));
    }
    return std::move(result_);
  }

 private:
  void read_segments() {
    std::set<std::uint64_t> numbers;
    for (const std::string& name : files_.list(directory_)) {
      if (const auto number = segment_of(name)) {
        numbers.insert(*number);
      }
    }
    highest_ = numbers.empty() ? 0 : *numbers.rbegin();
    result_.found.last_segment = highest_;
    for (const std::uint64_t number : numbers) {
      if (auto s = read_segment(files_, directory_, number)) {
        segments_.push_back(std::move(*s));
      }
    }
  }

  /// True for what a crash leaves of a segment's creation or deletion. Data is written only when both files and the
  /// header are durable, and deleted before the index is: data without an index or header is damage.
  bool is_unfinished(const scanned_segment& s) const {
    if (!s.has_data) {
      return true;
    }
    if (!s.has_index || !s.header) {
      if (s.number != highest_ || s.data_bytes > 0 || s.has_records) {
        damaged(s.index_path, s.has_index ? "the header at offset 0 cannot be read" : "the index is missing");
      }
      return true;
    }
    return false;
  }

  void leave_behind(const scanned_segment& s) {
    result_.remnants.push_back(s.number);
    if (!s.header) {
      result_.found.torn_bytes += s.index_bytes;
    }
  }

  /// Keeps the whole pages of a segment. Only the highest may end in a torn tail: all others were synced before the
  /// next was created.
  void judge(scanned_segment& s, bool newest) {
    if (s.number != highest_) {
      s.durable = std::numeric_limits<std::uint64_t>::max();
    }
    if (s.index_end() < s.index_bytes && s.pages.size() < s.durable) {
      damaged(s.index_path,
              (s.pages.empty() ? "the record of its first page" : "the record behind " + to_string(s.pages.back())) +
                  ", at offset " + std::to_string(s.index_end()) + ", cannot be read");
    }
    keep_whole_pages(s, newest);
    result_.found.bytes += s.data_bytes;
    const std::uint64_t torn = s.number == highest_ ? s.index_bytes - s.index_end() + s.data_bytes - s.data_end() : 0;
    result_.found.torn_bytes += torn;
    if (newest) {
      result_.newest = buffer_scan::end{s.number, s.data_end(), s.index_end(), torn > 0};
    }
    if (s.pages.empty()) {
      result_.remnants.push_back(s.number);
      return;
    }
    result_.segments[s.number] = s.data_end();
    result_.found.pages.insert(result_.found.pages.end(), s.pages.begin(), s.pages.end());
  }

  void keep_whole_pages(scanned_segment& s, bool check_bytes) {
    const auto data = check_bytes ? files_.open(s.data_path) : nullptr;
    std::string bytes;
    for (std::size_t i = 0; i < s.pages.size(); ++i) {
      const page& p = s.pages[i];
      const bool there = p.length <= s.data_bytes - std::min(p.offset, s.data_bytes);
      bool whole = there;
      if (there && check_bytes) {
        bytes.resize(p.length);
        data->read(p.offset, p.length, bytes.data());
        whole = crc32c(bytes) == p.crc;
      }
      if (whole) {
        continue;
      }
      if (i < s.durable) {
        damaged(s.data_path, "the bytes of " + to_string(p) + " at offset " + std::to_string(p.offset) +
                                 (there ? " do not match their checksum" : " are missing"));
      }
      s.keep_pages(i);
      return;
    }
  }

  /// Checks that a segment goes on where those before ended, and takes the slices' progress from it.
  void follow(const scanned_segment& s) {
    if (!s.header) {
      return;
    }
    if (identity_ && *identity_ != s.header->header.identity) {
      damaged(s.index_path, "the segment belongs to another run than the segments before it");
    }
    identity_ = result_.found.identity = s.header->header.identity;
    for (const slice_progress& before : s.before) {
      slice_progress& known = slices_.try_emplace(before.slice, before).first->second;
      if (known.pages > before.pages) {
        damaged(s.index_path, to_string(before.slice) + " goes on with page " + std::to_string(before.pages + 1) +
                                  ", which an earlier segment holds");
      }
      known = before;
    }
    for (const page& p : s.pages) {
      slices_[p.slice].advance(p);
    }
  }

  file_system& files_;
  path directory_;
  std::uint64_t highest_ = 0;
  std::optional<run_identity> identity_;
  std::map<slice_id, slice_progress> slices_;
  std::vector<scanned_segment> segments_;
  buffer_scan result_;
};

}  // namespace

buffer_scan scan_buffer(file_system& files, const path& directory) {
  return scanner(files, directory).scan();
}

void remove_segment(file_system& files, const path& directory, std::uint64_t segment) {
  // The data first, and durably so: an index alone is known to be on its way out, while data alone could as well have
  // lost its index by damage.
  files.remove(directory / segment_file_name(segment));
  files.sync_directory(directory);
  files.remove(directory / index_file_name(segment));
  files.sync_directory(directory);
}

}  // namespace detail

disk_buffer::contents disk_buffer::inspect(file_system& files, const std::filesystem::path& directory) {
  try {
    return detail::scan_buffer(files, directory).found;
  } catch (const error&) {
    // A running process may have cut off or deleted what was just being read. What is damaged is so the second time.
    return detail::scan_buffer(files, directory).found;
  }
}

}  // namespace ingest
