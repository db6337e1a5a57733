#include "ingest/sources/ndjson_source.hpp"

#include <algorithm>
#include <utility>

#include "core/payload_pool.hpp"
#include "ingest/error.hpp"
#include "streams/json_values.hpp"
#include "streams/lines.hpp"
#include "streams/refused_record.hpp"
#include "streams/text_input.hpp"

namespace ingest {

ndjson_source::ndjson_source(const std::filesystem::path& path, ndjson_options options)
    : name_(path.string()), options_(options), payloads_(std::make_shared<payload_pool>()) {}

ndjson_source::ndjson_source(int fd, std::string name, ndjson_options options)
    : fd_(fd), name_(std::move(name)), options_(options), payloads_(std::make_shared<payload_pool>()) {}

ndjson_source::~ndjson_source() = default;

void ndjson_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  if (fd_ && position) {
    throw error(errc::config, name_ + " cannot be read from a position: what was read before is gone");
  }
  offset_ = detail::offset_of(position, name_);
  begun_.clear();
  values_.reset();
  input_ = fd_ ? detail::text_of(detail::open_descriptor(*fd_, name_, stop), name_) : detail::open_text(name_, 0, stop);
  const auto layout = detail::layout_of(*input_, begun_, options_.max_line_bytes);
  if (offset_ > 0) {
    input_ = detail::open_text(name_, offset_, stop);
    begun_.clear();
  }
  if (layout != detail::json_layout::lines) {
    values_ = std::make_unique<detail::json_values>(
        std::move(input_), std::exchange(begun_, {}), offset_,
        detail::json_values::options{layout, name_, options_.max_line_bytes, offset_ > 0});
  }
}

std::optional<batch> ndjson_source::read() {
  return values_ ? read_values() : read_lines();
}

std::optional<batch> ndjson_source::read_values() {
  auto lines = payloads_->take();
  lines->clear();
  batch b;
  while (lines->size() < options_.batch_bytes) {
    const auto value = values_->next();
    if (value.bytes.empty()) {
      break;
    }
    ++b.records;
    offset_ = values_->offset();
    if (!value.breaks_a_string) {
      const std::size_t begin = lines->size();
      *lines += value.bytes;
      // Between its tokens only.
      std::replace_if(
          lines->begin() + static_cast<std::ptrdiff_t>(begin), lines->end(),
          [](char c) { return c == '\n' || c == '\r'; }, ' ');
      lines->push_back('\n');
    } else if (options_.set_aside) {
      detail::append_refused("a line break stands in a string", value.offset, value.bytes, *lines);
    } else {
      throw error(errc::bad_data, name_ + ", the record at offset " + std::to_string(value.offset) +
                                      ": a line break stands in a string");
    }
  }
  if (b.records == 0) {
    return std::nullopt;
  }
  b.data = std::move(lines);
  b.position = std::to_string(offset_);
  return b;
}

std::optional<batch> ndjson_source::read_lines() {
  // What the block held before is overwritten, not cleared, so that nothing is filled with zeros over and over.
  auto block = payloads_->take();
  block->resize(std::max(options_.batch_bytes, begun_.size()));
  std::size_t filled = begun_.copy(block->data(), begun_.size());
  bool ended = false;
  std::size_t whole = detail::whole_lines(begun_);  // none, but for what was read to see how records stand
  while (whole == 0 && !ended) {
    const std::size_t got = extend(*block, filled);
    filled += got;
    ended = got == 0;
    whole = ended ? filled : detail::whole_lines({block->data(), filled});
  }
  if (filled == 0) {
    return std::nullopt;
  }
  begun_.assign(*block, whole, filled - whole);
  block->resize(whole);
  offset_ += whole;
  if (block->back() != '\n') {
    block->push_back('\n');
  }
  batch b;
  b.records = detail::remove_blank_lines(*block);
  b.data = std::move(block);
  b.position = std::to_string(offset_);
  b.last = ended;
  return b;
}

/// Reads on behind the `filled` bytes of `block`, which grows where there is no room. Returns how many bytes came.
std::size_t ndjson_source::extend(std::string& block, std::size_t filled) {
  if (filled > options_.max_line_bytes) {
    throw error(errc::bad_data, name_ + " has a line of more than " + std::to_string(options_.max_line_bytes) +
                                    " bytes at offset " + std::to_string(offset_) + ": is it newline-delimited JSON?");
  }
  if (filled == block.size()) {
    block.resize(2 * filled);
  }
  return input_->read(block.data() + filled, block.size() - filled);
}

void ndjson_source::close() noexcept {
  input_.reset();
  values_.reset();
}

}  // namespace ingest
