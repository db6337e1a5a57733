#pragma once

#include <optional>
#include <vector>

#include "ingest/sink.hpp"
#include "json/json_pointer.hpp"
#include "postgres/copy_rows.hpp"
#include "postgres/postgres_table.hpp"

namespace ingest::detail {

/// Which rows have one key in a table, told without asking it: by the text of the key's values, where a value of the
/// columns' types has one text only, or the text that nearly all programs write.
class row_keys {
 public:
  explicit row_keys(const target_table& table);

  /// Nothing where that cannot be told of all rows, or one row may be in the way of another with another key.
  std::optional<record_keys> of(const copy_rows& rows);

  bool operator==(const row_keys& other) const { return columns_ == other.columns_; }

 private:
  enum class texts {
    all,       ///< two texts are two values: of text
    integers,  ///< without a sign but minus, leading zeros, a fraction or an exponent: of numbers
    uuids      ///< 36 characters, in either case
  };
  struct column {
    std::optional<json_pointer> at;  ///< none: the key of the line
    texts told_by;

    bool operator==(const column&) const = default;
  };

  static std::optional<texts> told_by(const std::string& type);
  std::uint64_t rule() const;
  static bool is_certain(std::string_view text, texts told_by);
  bool append_key(std::string_view key, std::string_view record);

  std::optional<std::vector<column>> columns_;  ///< of the key; none: it cannot be told
  std::string key_;
  std::string scratch_;
};

}  // namespace ingest::detail
