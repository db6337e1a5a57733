#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/postgres.hpp"
#include "json/json_pointer.hpp"
#include "json/json_scanner.hpp"

namespace ingest::detail {

/// Bytes of a name; PostgreSQL cuts the rest off.
inline constexpr std::size_t longest_name = 63;

/// A column, and what of a record it is given.
struct shape_column {
  std::string name;
  std::string type;                  ///< in a table that we create
  std::string collation;             ///< there; empty: the database's
  std::vector<std::string> accepts;  ///< names (pg_type.typname) of types that it may have in a table of others

  /// Where its value stands in the record: "" is all of it. Nothing: it is the key of the record's line.
  std::optional<json_pointer> at;

  bool required = true;  ///< NOT NULL in a table that we create

  /// jsonb: has, of a typed shape's records, what no other column has.
  bool is_extra = false;

  /// timestamptz: when the source has deleted what the record was of.
  bool is_deletion = false;
};

/// Which of the staged rows are meant.
enum class staged {
  between,  ///< those numbered $1 to $2
  listed,   ///< those whose numbers are in the array $1
};

/// What a table makes of records: a value, which alone writes the SQL that names columns, and by which copy_encoder
/// fills them. What of a record no column names is in the column that has all of it, or not in the table.
///
/// `table` is a name in SQL, quoted where it has to be. All that differs from range to range is a statement's
/// parameter, so that a shape has a text for each statement, by which a simulated database knows it.
struct table_shape {
  std::vector<shape_column> columns;
  std::vector<std::string> key;  ///< columns that are required; none where every record is a row
  disposition write = disposition::skip;
  nul_policy nuls = nul_policy::reject;

  /// Of a typed shape, which has columns for members of records and, the last one, the extra column.
  schema_policy changes = schema_policy::freeze;
  std::set<std::string, std::less<>> kept_apart = {};  ///< members whose column is not for us, or cannot be
  std::set<std::string, std::less<>> left_alone = {};  ///< of these, those that the table has a column for
  std::string version = "";                            ///< typed_table::version
  bool is_full = false;                                ///< the table gets no more columns, for now or for ever
  std::vector<shape_column> declared = {};             ///< what typed_table::schema names, beside the key
  number_columns numbers = number_columns::numeric;
  text_reading texts = text_reading::times;
  bool keys_may_be_empty = true;
  epoch_unit epochs = epoch_unit::none;

  /// (id, data): the key of the line and the whole record.
  static table_shape of_events(disposition write = disposition::skip);

  /// Columns for the members of records: those of the key, to begin with, and what is declared.
  static table_shape of_members(const typed_table& table, disposition write = disposition::skip);

  /// In which order records have to go in.
  write_order order() const {
    return key.empty()                   ? write_order::as_it_came
           : write == disposition::merge ? write_order::of_keys
                                         : write_order::any;
  }
  bool in_order() const { return order() != write_order::any; }

  bool is_typed() const { return !columns.empty() && columns.back().is_extra; }

  /// For people, and for the ledger: what rows consist of. Those of one run are alike.
  std::string description() const;

  /// Whether a member that no column is filled with may not simply go to the extra column. It may where another member
  /// has the column that is called like it.
  bool wants_column(std::string_view member) const;

  /// Whether that is as if the member were missing: in every column, so that it does not matter when a member gets one.
  bool says_nothing(const json_value& value) const {
    return value.is_null() || (texts == text_reading::all && value.raw == "\"\"");
  }

  /// Likewise, of a member of the key.
  bool is_no_key(const json_value& value) const {
    return says_nothing(value) || (!keys_may_be_empty && value.raw == "\"\"");
  }

  /// The column that a member gets whose first values are of this type, if nothing is declared of it.
  shape_column column_for(std::string_view member, std::string_view catalog_type) const;

  /// The same type, unless versions that differ would be the same in it: the time of a date.
  std::string_view type_for(std::string_view column, std::string_view catalog_type) const;

  const shape_column* find(const std::string& name) const;
  bool is_key(const std::string& name) const;
  bool is_key(const shape_column& c) const { return is_key(c.name); }

  /// Whether there is a column by which the newer one of two rows is known.
  bool has_version() const { return write == disposition::merge && !version.empty() && find(version) != nullptr; }

  /// Whether rows have the same key if, and only if, their lines have.
  bool key_is_of_line() const;

  /// Whether lines show which of several rows with one key stays; else only the server knows. A version decides that
  /// from the first row on, also before it has a column.
  bool copies_show_in_lines() const { return key_is_of_line() && (write != disposition::merge || version.empty()); }

  /// Whether a duplicate may have what nothing else has: it is not the last one that stays, or that is not known.
  bool duplicates_may_differ() const { return !in_order() || has_version(); }

  /// The names of all columns, or those of the key, as an array for a parameter.
  std::string column_array() const;
  std::string key_array() const;

  /// The key's columns in SQL, in parentheses.
  std::string key_list() const;

  /// What a table has to have, as CREATE TABLE says it.
  std::string definition(bool with_key = true) const;

  // -- Making the table

  std::string create(const std::string& table, bool with_key) const;

  /// An index that refuses keys which are too long for an index, and that hardly any other gets into; empty where the
  /// key's types have no such values.
  std::string create_guard(const std::string& table, const std::string& index) const;

  std::string add_key(const std::string& table) const;

  static std::string add_columns(const std::string& table, const std::vector<shape_column>& added);

  /// Asks for the unique keys of the table $1 that consist of the columns $2, key_array(), as ON CONFLICT names them.
  /// Only one that compares values as the columns do is a key: another index may take several for one. $3: whether it
  /// is looked at with each row, or is DEFERRABLE.
  static std::string find_key();

  // -- Loading a range

  /// To be followed by copy_encoder's options. Into the staging table without `table`.
  std::string copy(const std::string& table) const;
  std::string copy_to_staging() const;

  /// Makes a temporary table, until the transaction ends, that has of `table` nothing but our columns' types, and gives
  /// each row a number.
  std::string create_staging(const std::string& table) const;

  /// The next row that is copied there gets the number $1.
  std::string number_from() const;

  std::string index_staging() const;

  /// Puts staged rows into the table. `key` is one that find_key() found; empty: duplicates are an error, if the table
  /// makes one of them; with `one_each`, of several with one key that which stays is put there. `types` are those of
  /// the table's columns, in our order.
  std::string merge(const std::string& table, const std::vector<std::string>& types, staged which,
                    const std::string& key, bool one_each = false) const;

  /// Sets all columns that merge() sets, of no row.
  std::string change_nothing(const std::string& table) const;

  /// The numbers of the staged rows whose key the table has with other content, written by the transaction $1 or a
  /// younger one; by any, where $1 is empty. Of a shape with a version, those that lack it where the table's row does
  /// not. `types` as for merge().
  std::string differing(const std::string& table, const std::vector<std::string>& types) const;

  /// The numbers of the staged rows whose key the table does not have; without `keyed`, of all.
  std::string absent(const std::string& table, bool keyed) const;

  // -- The end of an initial load

  /// Rows whose key a row that stays has with other content (as differing() has it): the key of its line and its
  /// record, as far as the table knows them. Earlier is what an older transaction wrote; within one, rows lie as they
  /// came.
  std::string differing_copies(const std::string& table) const;

  /// Deletes all rows whose key an earlier one has, or a later one where records are merged.
  std::string delete_copies(const std::string& table) const;
};

/// Of the extra column, and of that which tells of deleted records.
inline const std::string extra_column_name = "_ingest_extra";
inline const std::string deletion_column_name = "_ingest_deleted_at";

/// What a column for a member of records is called: as the member is, unless PostgreSQL would cut that off, or keeps it
/// for itself: then with a checksum of the whole, which another member hardly has. Nothing where it is no text.
std::optional<std::string> column_name_of(std::string_view member);

/// Whether a member can be a column's name as it is.
bool can_name_column(std::string_view member);

/// Whether it cannot, for it is too long or reserved.
bool has_other_name(std::string_view member);

/// A column of this name. `catalog_type` is one that column_types() knows.
shape_column typed_column(const std::string& name, std::string_view catalog_type);

/// The staging table's name, as the server's messages have it.
inline const std::string staging_name = "ingest_staging";

}  // namespace ingest::detail
