#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ingest::detail {

/// Writes structs in Thrift's compact protocol (thrift-compact-protocol.md of Apache Thrift), in which Parquet has its
/// footer and the headers of its pages. The fields of a struct are written in the order of their ids.
class thrift_encoder {
 public:
  enum class type : std::uint8_t { i32 = 5, binary = 8, structure = 12 };

  /// Appends to `to`, which must outlive the encoder.
  explicit thrift_encoder(std::string& to) : to_(&to) {}

  void boolean(std::int16_t id, bool value);
  void i32(std::int16_t id, std::int32_t value);
  void i64(std::int16_t id, std::int64_t value);
  void binary(std::int16_t id, std::string_view bytes);

  /// A field that is a struct, whose fields `fields()` writes.
  template <class Fields>
  void structure(std::int16_t id, Fields&& fields) {
    header(id, struct_field);
    element(fields);
  }

  /// A field that is a struct without fields.
  void structure(std::int16_t id) {
    structure(id, [] {});
  }

  /// A field that is a list; `size` calls of element() follow.
  void list(std::int16_t id, type of, std::size_t size);

  /// An element of a list, or a whole struct, whose fields `fields()` writes.
  template <std::invocable Fields>
  void element(Fields&& fields) {
    const std::int16_t outer = last_;
    last_ = 0;
    fields();
    to_->push_back('\0');  // no field follows
    last_ = outer;
  }
  void element(std::int32_t value);
  void element(std::string_view bytes);

 private:
  static constexpr std::uint8_t struct_field = 12;

  void header(std::int16_t id, std::uint8_t kind);
  void varint(std::uint64_t value);

  std::string* to_;
  std::int16_t last_ = 0;  // the id of the field before, in the struct at hand
};

}  // namespace ingest::detail
