#include "ingest/sources/csv_source.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"
#include "json/json_text.hpp"
#include "streams/byte_input.hpp"
#include "streams/csv_reader.hpp"
#include "utf8.hpp"

namespace ingest {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::vector<std::string> keys_of(const std::vector<std::string>& columns, const std::string& where) {
  std::vector<std::string> keys;
  for (const std::string& column : columns) {
    if (column.empty() || std::count(columns.begin(), columns.end(), column) > 1) {
      throw error(errc::config, where + " has a column " +
                                    (column.empty() ? "without a name" : "\"" + column + "\" twice") +
                                    ": give each column a name of its own");
    }
    keys.push_back((keys.empty() ? "{" : ",") + detail::json_string(column) + ":");
  }
  return keys;
}

bool is_utf8(std::string_view text) {
  for (std::size_t length = 1; !text.empty() && length > 0; text.remove_prefix(length)) {
    length = static_cast<unsigned char>(text.front()) < 0x80 ? 1 : detail::utf8_length(text);
  }
  return text.empty();
}

}  // namespace

csv_source::csv_source(std::filesystem::path path, csv_options options)
    : path_(std::move(path)), options_(std::move(options)) {
  keys_of(options_.columns, "the list of columns for " + path_.string());
}

csv_source::~csv_source() = default;

void csv_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  const auto start = detail::offset_of(position, path_.string());
  input_ = detail::open_decompressed(path_.string(), 0, stop);
  text_.clear();
  at_ = 0;
  offset_ = 0;
  ended_ = false;
  keys_.clear();
  read_header();
  if (start > offset_) {
    input_ = detail::open_decompressed(path_.string(), start, stop);
    text_.clear();
    at_ = 0;
    offset_ = start;
    ended_ = false;
  }
}

void csv_source::read_header() {
  while (text_.size() < byte_order_mark.size() && extend()) {
  }
  if (text_.starts_with(byte_order_mark)) {
    at_ = offset_ = byte_order_mark.size();
  }
  if (!options_.columns.empty()) {
    keys_ = keys_of(options_.columns, "the list of columns");
  } else if (next_record() > 0) {
    keys_ = keys_of(fields_, path_.string());
  }
}

std::optional<batch> csv_source::read() {
  auto lines = payloads_.take();
  lines->clear();
  batch b;
  for (std::size_t taken = 0; taken < options_.batch_bytes;) {
    const std::size_t length = next_record();
    if (length == 0) {
      break;
    }
    append_object(*lines);
    taken += length;
    ++b.records;
  }
  if (b.records == 0) {
    return std::nullopt;
  }
  b.data = std::move(lines);
  b.position = std::to_string(offset_);
  return b;
}

/// Takes the next record that is no blank line into fields_. Returns its length, 0 at the end.
std::size_t csv_source::next_record() {
  for (;;) {
    record_offset_ = offset_;
    const std::size_t length = parse_record();
    if (length == 0 && ended_) {
      return 0;
    }
    if (length == 0) {
      extend();
      continue;
    }
    at_ += length;
    offset_ += length;
    const bool blank = fields_.size() == 1 && fields_.front().empty();
    if (!blank || keys_.size() == 1) {
      return length;
    }
  }
}

std::size_t csv_source::parse_record() {
  try {
    const auto rest = std::string_view(text_).substr(at_);
    return detail::read_csv_record(rest, ended_, {options_.separator, options_.quoting}, fields_);
  } catch (const error& e) {
    fail(e.what());
  }
}

/// Reads on behind text_, of which what has been dealt with is dropped.
bool csv_source::extend() {
  text_.erase(0, at_);
  at_ = 0;
  if (text_.size() > options_.max_record_bytes) {
    fail("it has more than " + std::to_string(options_.max_record_bytes) + " bytes: is a quote never closed?");
  }
  const std::size_t begin = text_.size();
  const std::size_t wanted = std::max<std::size_t>(begin, 64 << 10);
  text_.resize(begin + wanted);
  const std::size_t got = input_->read(text_.data() + begin, wanted);
  text_.resize(begin + got);
  ended_ = got == 0;
  return !ended_;
}

void csv_source::append_object(std::string& to) {
  if (fields_.size() != keys_.size()) {
    fail("it has " + std::to_string(fields_.size()) + " fields, but there are " + std::to_string(keys_.size()) +
         " columns");
  }
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (!is_utf8(fields_[i])) {
      fail("field " + std::to_string(i + 1) + " is no UTF-8; convert the file, for instance with iconv");
    }
    to += keys_[i];
    to += detail::json_string(fields_[i]);
  }
  to += "}\n";
}

void csv_source::fail(const std::string& what) const {
  throw error(errc::bad_data,
              path_.string() + ", the record at offset " + std::to_string(record_offset_) + ": " + what);
}

void csv_source::close() noexcept {
  input_.reset();
  text_ = {};
}

}  // namespace ingest
