#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json_scanner.hpp"
#include "postgres/table_shape.hpp"
#include "postgres/typed_encoder.hpp"

namespace ingest::detail {

/// Turns records into the bytes of a COPY of a shape's columns: one begin, any number of records, one end.
///
/// In COPY's binary format the server need not look for the ends of lines and for quotes, which saves it an eighth of
/// its CPU; it takes columns as their types' receive functions read them. So it is used where every column is of a type
/// whose bytes are its text, and for typed shapes. For any other types it is CSV, in which tabs divide columns and the
/// quote is a character that JSON cannot hold.
class copy_encoder {
 public:
  /// `types` are the names (pg_type.typname) of the columns' types, in the order of the shape.
  /// `now`: as typed_encoder has it.
  copy_encoder(const table_shape& shape, const std::vector<std::string>& types, std::int64_t now = 0);

  bool is_binary() const { return binary_; }

  /// What follows FROM STDIN.
  std::string options() const;

  void begin(std::string& to) const;

  /// `key` and `record` as they stand in a line of keyed_encoder; an empty key is none. Where a column's value stands
  /// inside the record, null and what is missing are NULL; a string is what it means, unless the column is JSON, and
  /// all else is as it stands. A record that is no JSON is then a row that the server refuses.
  void append(std::string_view key, std::string_view record, std::string& to);

  void end(std::string& to) const;

  /// What the extra column of a typed shape was given; nothing of another shape.
  const kept_apart& apart() const { return typed_ ? typed_->apart() : nothing_apart_; }

 private:
  enum class origin : std::uint8_t { line_key, whole_record, inside };
  enum class wire : std::uint8_t { text, json, jsonb, other };
  struct column {
    origin from;
    wire as;
    std::size_t inside;  ///< which of the pointers
  };

  static wire wire_of(std::string_view type);
  bool find_values_inside(std::string_view record);
  void append_binary(const column& c, std::string_view key, std::string_view record, std::string& to);
  void append_csv(const column& c, std::string_view key, std::string_view record, std::string& to);
  std::string_view text_inside(const column& c);
  void append_refused(std::string& to) const;

  std::vector<column> columns_;
  std::vector<json_pointer> pointers_;
  std::vector<json_value> found_;
  std::optional<typed_encoder> typed_;  ///< which does it all, where the shape is typed
  kept_apart nothing_apart_;
  bool binary_ = true;
  std::string scratch_;
};

}  // namespace ingest::detail
