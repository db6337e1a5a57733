#include "parquet/column_chunk.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "parquet/format_codes.hpp"
#include "parquet/little_endian.hpp"
#include "parquet/thrift_encoder.hpp"

namespace ingest::detail {

namespace {

// By their numbers in parquet.thrift.

constexpr std::size_t most_values_of_a_page = 1 << 17;
constexpr std::size_t least_dictionary_bytes = 16 << 10;

}  // namespace

column_chunk::column_chunk(const parquet_column& column, std::size_t page_bytes, page_compressor& compressor)
    : column_(&column),
      physical_(physical_of(column.type)),
      page_bytes_(page_bytes),
      compressor_(&compressor),
      done_(column.type) {
  begin();
}

void column_chunk::begin() {
  done_ = written_chunk(column_->type);
  done_bytes_ = 0;
  dictionary_ = is_text() ? std::make_unique<string_dictionary>() : nullptr;
  numbering_ = is_text();
  numbered_ = 0;
  numbered_bytes_ = 0;
  // Columns that have less in the next chunk shall not keep what they do not need.
  std::vector<std::uint32_t>().swap(numbers_);
  std::string().swap(plain_);
}

void column_chunk::add_null() {
  done_.bounds.add_null();
  levels_.add(0);
  end_value();
}

void column_chunk::add(const parquet_value& value) {
  done_.bounds.add(value);
  if (!column_->required) {
    levels_.add(1);
  }
  if (numbering_) {
    add_number_of(value.bytes);
  } else {
    add_plain(value);
  }
  end_value();
}

void column_chunk::add_number_of(std::string_view text) {
  numbers_.push_back(dictionary_->number_of(text));
  numbered_bytes_ += text.size();
  ++numbered_;
}

/// Not where most values are new, and not where it becomes too large to be kept beside the pages.
bool column_chunk::dictionary_pays() const {
  constexpr std::uint64_t enough_to_judge = 1'000;
  const bool judged = numbered_ >= enough_to_judge || dictionary_->plain().size() > least_dictionary_bytes;
  return dictionary_->plain().size() <= page_bytes_ && (!judged || dictionary_->size() <= numbered_ / 2);
}

/// What data pages refer to stays.
void column_chunk::leave_dictionary() {
  if (!numbers_.empty() && (done_.dictionary_coded_pages > 0 || numbered_bytes_ > page_bytes_)) {
    end_page();
  }
  numbering_ = false;
  for (const std::uint32_t number : numbers_) {
    add_plain({.bytes = dictionary_->text_of(number)});
  }
  std::vector<std::uint32_t>().swap(numbers_);
  if (done_.dictionary_coded_pages == 0) {
    dictionary_.reset();
  }
}

void column_chunk::add_plain(const parquet_value& value) {
  switch (physical_) {
    case physical_type::boolean:
      if (bits_ % 8 == 0) {
        plain_.push_back('\0');
      }
      plain_.back() = static_cast<char>(plain_.back() | value.whole << bits_ % 8);
      ++bits_;
      break;
    case physical_type::int32:
      append_little_endian(static_cast<std::uint32_t>(value.whole), plain_);
      break;
    case physical_type::int64:
      append_little_endian(static_cast<std::uint64_t>(value.whole), plain_);
      break;
    case physical_type::real64:
      append_little_endian(std::bit_cast<std::uint64_t>(value.real), plain_);
      break;
    case physical_type::bytes:
      append_little_endian(static_cast<std::uint32_t>(value.bytes.size()), plain_);
      [[fallthrough]];
    case physical_type::fixed_bytes:
      plain_ += value.bytes;
      break;
  }
}

void column_chunk::end_value() {
  ++values_;
  if (numbering_ && !dictionary_pays()) {
    leave_dictionary();
  }
  if (values_ >= most_values_of_a_page || plain_.size() >= page_bytes_ ||
      numbers_.size() * sizeof(std::uint32_t) >= page_bytes_) {
    end_page();
  }
}

std::size_t column_chunk::memory() const {
  return done_bytes_ + plain_.capacity() + numbers_.capacity() * sizeof(std::uint32_t) + levels_.memory() +
         (dictionary_ ? dictionary_->memory() : 0);
}

void column_chunk::append_numbers(std::string& body) {
  // At least one bit: not all readers know numbers of none.
  const unsigned width = dictionary_->size() > 2 ? static_cast<unsigned>(std::bit_width(dictionary_->size() - 1)) : 1;
  run_length_encoder numbers(width);
  for (const std::uint32_t number : numbers_) {
    numbers.add(number);
  }
  body.push_back(static_cast<char>(width));
  body += numbers.finish();
}

void column_chunk::end_page() {
  std::string body;
  if (!column_->required) {
    const std::string levels = levels_.finish();
    append_little_endian(static_cast<std::uint32_t>(levels.size()), body);
    body += levels;
  }
  const bool numbered = !numbers_.empty();
  if (numbered) {
    append_numbers(body);
    ++done_.dictionary_coded_pages;
  } else {
    body += plain_;
    ++done_.plain_pages;
  }
  done_.pages.push_back(
      page_of(body, data_page, static_cast<std::int32_t>(values_), numbered ? dictionary_numbers : plain));
  done_bytes_ += done_.pages.back().size();
  done_.values += values_;
  numbers_.clear();
  numbered_bytes_ = 0;
  plain_.clear();
  bits_ = 0;
  values_ = 0;
}

std::string column_chunk::page_of(std::string_view body, std::int32_t kind, std::int32_t values,
                                  std::int32_t encoding) {
  const std::string_view compressed = compressor_->compressed(body);
  std::string page;
  thrift_encoder header(page);
  header.element([&] {
    header.i32(1, kind);
    header.i32(2, static_cast<std::int32_t>(body.size()));
    header.i32(3, static_cast<std::int32_t>(compressed.size()));
    header.i32(4, page_checksum(compressed));
    header.structure(kind == data_page ? 5 : 7, [&] {
      header.i32(1, values);
      header.i32(2, encoding);
      if (kind == data_page) {
        header.i32(3, run_lengths);
        header.i32(4, run_lengths);
      }
    });
  });
  done_.uncompressed_bytes += page.size() + body.size();
  done_.compressed_bytes += page.size() + compressed.size();
  page.reserve(page.size() + compressed.size());
  page += compressed;
  return page;
}

written_chunk column_chunk::end() {
  if (numbering_ && done_.dictionary_coded_pages == 0 && 2 * dictionary_->size() >= numbered_) {
    leave_dictionary();  // of too few values to have been judged before
  }
  if (values_ > 0) {
    end_page();
  }
  done_.has_dictionary = done_.dictionary_coded_pages > 0;
  if (done_.has_dictionary) {
    done_.pages.push_back(
        page_of(dictionary_->plain(), dictionary_page, static_cast<std::int32_t>(dictionary_->size()), plain));
    std::rotate(done_.pages.begin(), done_.pages.end() - 1, done_.pages.end());
  }
  written_chunk chunk = std::move(done_);
  begin();
  return chunk;
}

}  // namespace ingest::detail
