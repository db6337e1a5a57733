#include "buffer/segment_writer.hpp"

namespace ingest::detail {

segment_writer::segment_writer(file_system& files, const std::filesystem::path& directory, const index_header& header)
    : number_(header.segment) {
  const encoded_header encoded = encode(header);
  header_crc_ = encoded.crc;
  try {
    data_ = files.create(directory / segment_file_name(number_));
    index_ = files.create(directory / index_file_name(number_));
    index_->append(encoded.bytes);
  } catch (const error& e) {
    if (e.code() == errc::no_space) {
      take_back_files(files, directory);
    }
    throw;
  }
  make_durable(*data_, *index_);
  try {
    files.sync_directory(directory);
  } catch (const error& e) {
    throw error(errc::io, e.what(), false);
  }
  index_end_ = durable_index_end_ = encoded.bytes.size();
}

void segment_writer::append(const page& p, std::string_view bytes, const slice_progress& before) {
  const auto known = slices_.find(p.slice);
  const auto number = known == slices_.end() ? static_cast<std::uint32_t>(slices_.size()) : known->second;
  std::string record = known == slices_.end() ? encode_slice(number, before, header_crc_) : std::string();
  record += encode_page(p, number, durable_pages_, header_crc_);
  try {
    if (!bytes.empty()) {
      data_->append(bytes);
    }
    index_->append(record);
  } catch (const error& e) {
    if (e.code() == errc::no_space) {
      take_back_page();
    }
    throw;
  }
  slices_.emplace(p.slice, number);
  data_end_ += bytes.size();
  index_end_ += record.size();
  ++pages_;
}

void segment_writer::sync() {
  try {
    make_durable(*data_, *index_);
  } catch (const error&) {
    forget_what_is_not_durable();
    throw;
  }
  durable_data_end_ = data_end_;
  durable_index_end_ = index_end_;
  durable_pages_ = pages_;
}

void segment_writer::take_back_files(file_system& files, const std::filesystem::path& directory) {
  try {
    if (index_) {
      files.remove(directory / index_file_name(number_));
    }
    if (data_) {
      files.remove(directory / segment_file_name(number_));
    }
  } catch (const error& e) {
    throw error(errc::io, std::string("a segment that did not fit on the disk cannot be taken back: ") + e.what());
  }
}

void segment_writer::take_back_page() {
  try {
    index_->truncate(index_end_);
    data_->truncate(data_end_);
  } catch (const error& e) {
    throw error(errc::io, std::string("a page that did not fit on the disk cannot be taken back: ") + e.what());
  }
}

void segment_writer::forget_what_is_not_durable() noexcept {
  // After a failed sync the page cache may show bytes that the disk has refused, to us and to the next process. Cutting
  // them off leaves nothing to recover but what the disk holds.
  try {
    index_->truncate(durable_index_end_);
    data_->truncate(durable_data_end_);
  } catch (...) {
    // The failed sync is the error to report, and recovery still checks every page against its checksum.
  }
}

void make_durable(file& data, file& index) {
  try {
    data.sync();
    index.sync();
  } catch (const error& e) {
    throw error(errc::io, std::string(e.what()) + "; what the disk holds is known only after a restart", false);
  }
}

}  // namespace ingest::detail
