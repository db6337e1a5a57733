#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json_scanner.hpp"
#include "rest/expressions/value.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

/// A record as its bytes in the body.
struct raw_record {
  std::string_view json;
  std::string_view cursor;                ///< the JSON of its member that the cursor is of; empty: it has none
  std::optional<detail::json_value> key;  ///< if it was looked for
};

/// The records of an answer of JSON, found in its body without making values of them: in one pass, which checks the
/// whole body. Finds what record_extractor finds with a plain path. The body must outlive it.
class raw_page {
 public:
  /// `cursor_field`, a member of the records, and their `key` are looked for on the way; empty, null: neither. Throws
  /// errc::bad_data, which a new attempt may mend, with the place for a body that is no JSON.
  raw_page(std::string_view body, const glob_path& path, const std::string& cursor_field,
           const json_pointer* key = nullptr);

  const std::vector<raw_record>& records() const { return records_; }

  /// Whether the path leads somewhere, be it to no records.
  bool place_found() const { return place_found_; }

  /// The JSON of a list `errors` beside the `data` in which the records are, as answers of GraphQL have it where they
  /// are not whole; empty: there is none, or it is empty.
  std::string_view errors_beside() const { return errors_; }

  enum class contents { whole, without_records };

  /// The answer as a value; of an array of documents the first one, as in the CDK; of an empty array or body, an empty
  /// dict. An empty list may stand for the list of its records.
  value response(contents what) const;

 private:
  void read_body(detail::json_scanner& in);
  void read_document(detail::json_scanner& in);
  void read_below(detail::json_scanner& in, std::size_t depth);
  void read_target(detail::json_scanner& in);
  void read_record(detail::json_scanner& in);
  void read_beside(std::string_view key, std::size_t depth, detail::json_scanner& in);

  std::string_view body_;
  const glob_path& path_;
  std::vector<json_pointer> sought_;  // the cursor's field, if any, and the key, if any
  bool has_cursor_;
  std::vector<raw_record> records_;
  std::size_t first_of_document_ = 0;
  std::size_t documents_ = 0;
  bool is_list_ = false;
  bool place_found_ = false;
  std::string_view first_document_;
  std::string_view errors_;
  std::string_view hole_;  // the records' list inside the first document
};

}  // namespace ingest::rest
