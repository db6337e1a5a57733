#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "processes/source_command.hpp"

namespace ingest::processes {

/// A stream of a catalog, as far as a target has to know it.
struct catalog_stream {
  std::string name;   ///< without its namespace
  std::string space;  ///< Airbyte's namespace; empty: none

  /// What messages call it: Singer's have one of these.
  std::vector<std::string> message_names;

  std::vector<std::vector<std::string>> key;  ///< the paths of its fields; none: no key
  std::string schema;                         ///< a JSON Schema; empty: none

  /// The process can read on from a state, instead of all anew.
  bool is_incremental = false;

  /// A catalog that was made for a run says which streams are read; one that was discovered says so of none.
  bool is_selected = false;

  std::string declared;      ///< its entry: a Singer stream's, an AirbyteStream
  std::string cursor_field;  ///< Airbyte: a JSON array; empty: none
  std::string sync_mode;     ///< Airbyte: as a configured catalog asks for; empty: either

  /// What messages call it in a list of streams of which two have one name.
  std::string full_name() const { return space.empty() ? name : space + "." + name; }
};

/// The streams of a catalog: what a Singer tap writes when it is asked to discover, Airbyte's catalog, or a configured
/// one. Throws errc::bad_data for a text that is none.
std::vector<catalog_stream> read_catalog(protocol p, std::string_view text);

/// What is handed to the process so that it reads this stream alone. `incremental`: Airbyte's sync mode, for Singer's
/// is in the stream's entry. `with_all_fields`: fields that nobody has decided about are selected, too.
std::string catalog_selecting(protocol p, const catalog_stream& stream, bool incremental, bool with_all_fields);

}  // namespace ingest::processes
