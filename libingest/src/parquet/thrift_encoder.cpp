#include "parquet/thrift_encoder.hpp"

namespace ingest::detail {

namespace {

// The kinds of fields.
constexpr std::uint8_t true_field = 1;
constexpr std::uint8_t false_field = 2;
constexpr std::uint8_t i32_field = 5;
constexpr std::uint8_t i64_field = 6;
constexpr std::uint8_t binary_field = 8;
constexpr std::uint8_t list_field = 9;

/// Numbers near 0 become small ones, whatever their sign.
std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0);
}

}  // namespace

void thrift_encoder::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    to_->push_back(static_cast<char>(value | 0x80));
  }
  to_->push_back(static_cast<char>(value));
}

void thrift_encoder::header(std::int16_t id, std::uint8_t kind) {
  const int ahead = id - last_;
  if (ahead >= 1 && ahead <= 15) {
    to_->push_back(static_cast<char>(ahead << 4 | kind));
  } else {
    to_->push_back(static_cast<char>(kind));
    varint(zigzag(id));
  }
  last_ = id;
}

void thrift_encoder::boolean(std::int16_t id, bool value) {
  header(id, value ? true_field : false_field);
}

void thrift_encoder::i32(std::int16_t id, std::int32_t value) {
  header(id, i32_field);
  element(value);
}

void thrift_encoder::i64(std::int16_t id, std::int64_t value) {
  header(id, i64_field);
  varint(zigzag(value));
}

void thrift_encoder::binary(std::int16_t id, std::string_view bytes) {
  header(id, binary_field);
  element(bytes);
}

void thrift_encoder::list(std::int16_t id, type of, std::size_t size) {
  constexpr std::size_t longest_short = 14;
  header(id, list_field);
  const auto kind = static_cast<std::uint8_t>(of);
  if (size <= longest_short) {
    to_->push_back(static_cast<char>(size << 4 | kind));
  } else {
    to_->push_back(static_cast<char>(0xf0 | kind));
    varint(size);
  }
}

void thrift_encoder::element(std::int32_t value) {
  varint(zigzag(value));
}

void thrift_encoder::element(std::string_view bytes) {
  varint(bytes.size());
  to_->append(bytes);
}

}  // namespace ingest::detail
