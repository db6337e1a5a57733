#include "ingest/sources/csv_source.hpp"

#include <algorithm>
#include <utility>

#include "core/payload_pool.hpp"
#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "json/json_text.hpp"
#include "streams/byte_input.hpp"
#include "streams/csv_reader.hpp"
#include "streams/refused_record.hpp"
#include "streams/text_input.hpp"

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
    if (!detail::is_utf8(column)) {
      throw error(errc::config, where + " has a column whose name is not UTF-8 (\"" +
                                    detail::with_invalid_utf8_replaced(column) +
                                    "\"): convert the file, as with iconv -f LATIN1 -t UTF-8");
    }
    keys.push_back((keys.empty() ? "{" : ",") + detail::json_string(column) + ":");
  }
  return keys;
}

}  // namespace

csv_source::csv_source(std::filesystem::path path, csv_options options)
    : path_(std::move(path)), options_(std::move(options)), payloads_(std::make_shared<payload_pool>()) {
  keys_of(options_.columns, "the list of columns for " + path_.string());
}

csv_source::~csv_source() = default;

void csv_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  const auto start = detail::offset_of(position, path_.string());
  begin_at(0, stop);
  keys_.clear();
  columns_.clear();
  read_header();
  if (start > offset_) {
    begin_at(start, stop);
  }
}

void csv_source::begin_at(std::uint64_t offset, const std::stop_token& stop) {
  input_ = detail::open_text(path_.string(), offset, stop);
  text_.clear();
  at_ = 0;
  offset_ = offset;
  ended_ = false;
}

void csv_source::read_header() {
  while (text_.size() < byte_order_mark.size() && extend()) {
  }
  if (text_.starts_with(byte_order_mark)) {
    at_ = offset_ = byte_order_mark.size();
  }
  find_form();
  columns_ = options_.columns;
  if (columns_.empty() && next_record() > 0) {
    columns_ = fields_;
  }
  keys_ = keys_of(columns_, options_.columns.empty() ? path_.string() : "the list of columns");
}

/// What divides fields and records, which has to be known before the header can be read.
void csv_source::find_form() {
  for (;;) {
    const auto rest = std::string_view(text_).substr(at_);
    const bool enough = ended_ || rest.size() > options_.max_record_bytes;
    if (const auto found =
            detail::csv_layout_of(rest, enough, options_.separator, options_.quoting, options_.id_column)) {
      form_ = std::make_unique<detail::csv_form>(found->form);
      at_ += found->preamble;
      offset_ += found->preamble;
      return;
    }
    extend();
  }
}

std::optional<batch> csv_source::read() {
  auto lines = payloads_->take();
  lines->clear();
  batch b;
  // Each object has the names of all columns, however short its record is.
  while (lines->size() < options_.batch_bytes && next_record() > 0) {
    append_object(*lines);
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
    record_ = std::string_view(text_).substr(at_, length);
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
    return detail::read_csv_record(rest, ended_, *form_, fields_);
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

/// Appends the record in fields_ as an object, or what is wrong with it. Where it ends is known: no quote is open.
void csv_source::append_object(std::string& to) {
  std::string wrong;
  if (fields_.size() != keys_.size()) {
    wrong = "it has " + std::to_string(fields_.size()) + (fields_.size() == 1 ? " field" : " fields") +
            ", but there are " + std::to_string(keys_.size()) + " columns";
  }
  const std::size_t begin = to.size();
  for (std::size_t i = 0; i < keys_.size() && wrong.empty(); ++i) {
    if (!detail::is_utf8(fields_[i])) {
      wrong = "field " + std::to_string(i + 1) + " is no UTF-8; convert the file, for instance with iconv";
    }
    to += keys_[i];
    to += detail::json_string(fields_[i]);
  }
  if (wrong.empty()) {
    to += "}\n";
    return;
  }
  if (!options_.set_aside) {
    fail(wrong);
  }
  to.resize(begin);
  detail::append_refused(wrong, record_offset_, record_, to);
}

void csv_source::fail(const std::string& what) const {
  throw error(errc::bad_data,
              path_.string() + ", the record at offset " + std::to_string(record_offset_) + ": " + what);
}

void csv_source::close() noexcept {
  input_.reset();
  text_ = {};
  record_ = {};
}

}  // namespace ingest
