#include "buffer/disk_buffer.hpp"

#include <algorithm>

#include "buffer/buffer_index.hpp"
#include "buffer/buffer_recovery.hpp"
#include "buffer/segment_writer.hpp"
#include "core/crc32c.hpp"

namespace ingest {

namespace {

/// Pages leave this much of the disk to the state and the rejected rows: without them no range can be loaded and no
/// segment deleted, and a full disk would stay full.
constexpr std::uint64_t reserve_bytes = 1 << 20;

/// In a segment: what is known of each stays in memory until the segment is released.
constexpr std::uint64_t most_pages = 16'384;

/// What a page takes of the quota. About a sixteenth of what is not its bytes is the memory that it takes while it
/// waits, in the writer's queue and the checkpoint's.
std::uint64_t quota_cost(const page& p) {
  return p.length + 16 * (256 + p.position.size());
}

void refuse_foreign(const run_identity& found, const run_identity& who, const std::filesystem::path& directory) {
  const std::string where = directory.string() + " holds the buffer of ";
  const std::string remedy = "; choose another directory, or discard what it holds with `start_over()`";
  if (found.pipeline != who.pipeline) {
    throw error(errc::bad_data,
                where + "pipeline \"" + found.pipeline + "\", not of \"" + who.pipeline + "\"" + remedy);
  }
  if (found.run_id != who.run_id) {
    throw error(errc::bad_data, where + "run " + found.run_id + ", not of run " + who.run_id + remedy);
  }
  if (found.plan != who.plan) {
    throw error(errc::config, where + "a run that asked for \"" + found.plan + "\", not for \"" + who.plan +
                                  "\"; go on with the settings it was begun with, or start anew with `start_over()`");
  }
}

}  // namespace

class disk_buffer::implementation {
 public:
  implementation(file_system& files, options o, run_identity who, const prior& known)
      : files_(files), options_(std::move(o)), identity_(std::move(who)) {
    detail::buffer_scan scan = detail::scan_buffer(files_, options_.directory);
    if (scan.found.identity) {
      refuse_foreign(*scan.found.identity, identity_, options_.directory);
    }
    repair(scan);
    recovered_ = std::move(scan.found.pages);
    for (const auto& [segment, bytes] : scan.segments) {
      segments_[segment].bytes = bytes;
    }
    for (const page& p : recovered_) {
      account_for(p);
    }
    next_segment_ = std::max(scan.found.last_segment, known.last_segment) + 1;
    for (const slice_progress& s : scan.found.slices) {
      learn(s);
    }
    for (const slice_progress& s : known.slices) {
      learn(s);
    }
  }

  page append(const slice_id& s, const batch& records) {
    require_usable();
    try {
      return append_to_segment(s, records);
    } catch (...) {
      if (const error e = current_error(); e.code() != errc::no_space) {
        break_off(e);
      }
      throw;
    }
  }

  void sync() {
    require_usable();
    make_durable();
    if (open_ && is_full()) {
      open_.reset();
    }
  }

  void seal() {
    require_usable();
    make_durable();
    open_.reset();
  }

  void release(std::uint64_t segment) {
    if (segment == open_segment()) {
      throw error(errc::internal,
                  "segment " + std::to_string(segment) + " is still being written, it cannot be deleted");
    }
    detail::remove_segment(files_, options_.directory, segment);
    const segment_size released = std::move(segments_[segment]);
    segments_.erase(segment);
    for (const slice_id& s : released.ended) {
      forget_if_over(s);
    }
  }

  void keep(std::uint64_t segment) {
    if (const auto kept = segments_.find(segment); kept != segments_.end()) {
      kept->second.cost = 0;
    }
  }

  std::uint64_t bytes() const {
    std::uint64_t total = 0;
    for (const auto& [segment, size] : segments_) {
      total += size.bytes;
    }
    return total;
  }

  bool over_quota() const {
    std::uint64_t total = 0;
    for (const auto& [segment, size] : segments_) {
      total += size.cost;
    }
    return total > options_.quota_bytes;
  }

  slice_progress progress(const slice_id& s) const {
    const auto found = slices_.find(s);
    slice_progress beginning;
    beginning.slice = s;
    return found == slices_.end() ? beginning : found->second.at;
  }

  std::vector<slice_progress> slices() const {
    std::vector<slice_progress> all;
    for (const auto& [slice, record] : slices_) {
      all.push_back(record.at);
    }
    return all;
  }

  void learn(const slice_progress& known) {
    slice_progress& mine = slices_[known.slice].at;
    mine.slice = known.slice;
    if (known.pages > mine.pages) {
      mine = known;
    }
  }

  void leave(const slice_id& s) {
    if (const auto known = slices_.find(s); known != slices_.end()) {
      known->second.left = true;
      forget_if_over(s);
    }
  }

  const std::vector<page>& recovered() const { return recovered_; }
  std::uint64_t unsynced_pages() const { return open_ ? open_->unsynced_pages() : 0; }
  std::uint64_t open_segment() const { return open_ ? open_->number() : 0; }

 private:
  struct segment_size {
    std::uint64_t bytes = 0;
    std::uint64_t cost = 0;       // of the quota
    std::vector<slice_id> ended;  // with a page in it
  };
  struct slice_record {
    slice_progress at;
    std::uint64_t ended_in = 0;  // the segment of its last page
    bool left = false;           // by its reader
  };

  void account_for(const page& p) {
    segment_size& size = segments_[p.segment];
    size.cost += quota_cost(p);
    if (p.last) {
      size.ended.push_back(p.slice);
      slices_[p.slice].ended_in = p.segment;
    }
  }

  /// Of a slice that has ended, that no reader will ask for and no segment has a page of, the ledger knows enough.
  void forget_if_over(const slice_id& s) {
    const auto known = slices_.find(s);
    if (known != slices_.end() && known->second.at.done && known->second.left &&
        !segments_.contains(known->second.ended_in)) {
      slices_.erase(known);
    }
  }

  /// Removes what a crash left unfinished, and makes durable what a process that died may have written only.
  void repair(const detail::buffer_scan& scan) {
    if (scan.newest) {
      const auto data = files_.open(options_.directory / segment_file_name(scan.newest->segment));
      const auto index = files_.open(options_.directory / index_file_name(scan.newest->segment));
      // Also where the whole segment goes: an index that is left without its data counts as that of a segment that was
      // loaded, so it must not show pages that never were durable.
      if (scan.newest->torn) {
        index->truncate(scan.newest->index);
        data->truncate(scan.newest->data);
      }
      detail::make_durable(*data, *index);
    }
    for (const std::uint64_t segment : scan.remnants) {
      detail::remove_segment(files_, options_.directory, segment);
    }
  }

  page append_to_segment(const slice_id& s, const batch& records) {
    if (records.position.size() > detail::longest_position) {
      throw error(errc::bad_data, "the source's position has " + std::to_string(records.position.size()) +
                                      " bytes; at most " + std::to_string(detail::longest_position) + " can be kept");
    }
    files_.require_room(options_.directory, records.bytes().size() + reserve_bytes);
    if (open_ && is_full()) {
      make_durable();
      open_.reset();
    }
    if (!open_) {
      open_next();
    }
    slice_progress reached = progress(s);
    page p;
    p.slice = s;
    p.id = reached.pages + 1;
    p.last = records.last;
    p.segment = open_->number();
    p.offset = open_->data_end();
    p.length = records.bytes().size();
    p.rows = records.records;
    p.crc = crc32c(records.bytes());
    p.position = records.position;
    open_->append(p, records.bytes(), reached);
    segments_[p.segment].bytes = open_->data_end();
    account_for(p);
    reached.advance(p);
    slices_[s].at = std::move(reached);
    return p;
  }

  void open_next() {
    open_.emplace(files_, options_.directory, detail::index_header{next_segment_, identity_});
    segments_[next_segment_] = {};
    ++next_segment_;
  }

  bool is_full() const { return open_->data_end() >= options_.segment_bytes || open_->pages() >= most_pages; }

  void make_durable() {
    if (!open_ || open_->unsynced_pages() == 0) {
      return;
    }
    try {
      open_->sync();
    } catch (const error& e) {
      break_off(e);
      throw;
    }
  }

  void break_off(const error& why) {
    if (broken_.empty()) {
      broken_ = why.what();
    }
  }

  void require_usable() const {
    if (!broken_.empty()) {
      throw error(errc::io, "the buffer cannot be used after an earlier error: " + broken_);
    }
  }

  file_system& files_;
  options options_;
  run_identity identity_;
  std::vector<page> recovered_;
  std::map<slice_id, slice_record> slices_;
  std::map<std::uint64_t, segment_size> segments_;  // those on disk
  std::optional<detail::segment_writer> open_;
  std::uint64_t next_segment_ = 1;
  std::string broken_;
};

disk_buffer::disk_buffer(file_system& files, options o, run_identity who, const prior& known)
    : implementation_(std::make_unique<implementation>(files, std::move(o), std::move(who), known)) {}
disk_buffer::~disk_buffer() = default;

const std::vector<page>& disk_buffer::recovered() const {
  return implementation_->recovered();
}
slice_progress disk_buffer::progress(const slice_id& s) const {
  return implementation_->progress(s);
}
std::vector<slice_progress> disk_buffer::slices() const {
  return implementation_->slices();
}
void disk_buffer::learn(const slice_progress& known) {
  implementation_->learn(known);
}
void disk_buffer::leave(const slice_id& s) {
  implementation_->leave(s);
}
page disk_buffer::append(const slice_id& s, const batch& records) {
  return implementation_->append(s, records);
}
std::uint64_t disk_buffer::unsynced_pages() const {
  return implementation_->unsynced_pages();
}
void disk_buffer::sync() {
  implementation_->sync();
}
void disk_buffer::seal() {
  implementation_->seal();
}
std::uint64_t disk_buffer::open_segment() const {
  return implementation_->open_segment();
}
void disk_buffer::release(std::uint64_t segment) {
  implementation_->release(segment);
}
void disk_buffer::keep(std::uint64_t segment) {
  implementation_->keep(segment);
}
std::uint64_t disk_buffer::bytes() const {
  return implementation_->bytes();
}
bool disk_buffer::over_quota() const {
  return implementation_->over_quota();
}

}  // namespace ingest
