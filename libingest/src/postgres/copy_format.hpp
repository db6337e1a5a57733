#pragma once

#include <string>
#include <string_view>

namespace ingest::detail {

/// How rows travel to the server. They lie in the buffer as COPY text. In COPY's binary format the server need not look
/// for the ends of lines and for escapes, which saves it an eighth of its CPU; it takes columns as their types' receive
/// functions read them, so it can be used only for types whose bytes are their text.
enum class copy_format {
  text,          ///< for any types
  binary,        ///< text, or alike, and json
  binary_jsonb,  ///< text, or alike, and jsonb
};

/// The format for columns of these types' names.
copy_format format_for(std::string_view id_type, std::string_view data_type);

/// Turns rows of COPY text with the columns id and data into the bytes of a COPY: one begin, any number of rows, one
/// end. A row that has fewer or more columns is passed on as that, for the server to refuse.
class copy_encoder {
 public:
  explicit copy_encoder(copy_format format) : format_(format) {}

  /// What follows FROM STDIN.
  std::string options() const { return format_ == copy_format::text ? "" : " WITH (FORMAT binary)"; }

  void begin(std::string& to) const;
  void append(std::string_view row, std::string& to) const;
  void end(std::string& to) const;

 private:
  const copy_format format_;
};

/// The columns of a row of COPY text, read back.
struct copy_columns {
  std::string id;
  bool has_id = true;  ///< false for \N
  std::string rest;    ///< all behind the first tab
};
copy_columns read_columns(std::string_view row);

}  // namespace ingest::detail
