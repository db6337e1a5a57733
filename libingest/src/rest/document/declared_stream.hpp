#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rest/document/manifest.hpp"

namespace ingest::rest {

/// Where a stream goes on after it was interrupted, as far as its components tell.
enum class resumption : std::uint8_t {
  page,  ///< behind the last page: the next one is named by a token of the API, or counted within a closed window or a
         ///< file
  window,     ///< at the beginning of the window of time that was being read
  partition,  ///< at the beginning of the partition that was being read
  stream,     ///< from its beginning
};
std::string_view name_of(resumption r);

/// What a manifest says of a stream, without asking the API.
struct declared_stream {
  using path = std::vector<std::string>;

  std::string name;
  int line = 0;
  std::vector<path> primary_key;  ///< one path a part; none where the stream has no key
  std::string schema;             ///< JSON; "" where the manifest does not have it
  std::string write;  ///< `write` of a short spelling: "merge", "skip", "append", "replace"; "" where it is not said
  std::string cursor_field;          ///< "" where the stream is read as a whole each time
  std::vector<std::string> parents;  ///< names of the streams that its partitions are of
  resumption resumes = resumption::stream;
  node component;  ///< of type DeclarativeStream
  node retriever;
  std::string made_by;  ///< the name of the template that made it; "" where it is written out in the manifest
};

/// Whether a row for each version of a record is possible: each run reads what is new, and it is known what a record is
/// of. Of parents in groups, which differ from run to run, nobody knows which one it is of.
bool may_be_appended(const declared_stream& stream);

/// Whether it is read in windows of time, of which each begins where the one before has ended, that included.
bool windows_meet(const declared_stream& stream);

/// Whether its records are rows of CSV, where a field that is empty cannot be told from one that is missing.
bool is_of_csv(const declared_stream& stream);

/// How its records get into the table, if nobody says otherwise: "merge", "skip", "append" or "replace".
std::string_view usual_write(const declared_stream& stream);

/// Whether a stream has a state that an earlier run has left; null: none has.
using stream_states = std::function<bool(const std::string& stream)>;

/// The streams of a manifest that are written out in it, in its order, those in ConditionalStreams among them whatever
/// the conditions are; not those that a template makes. Of a StateDelegatingStream it is the one that `has_state`
/// chooses, without a `cursor_field` where there is no state. Throws errc::config, with the line, for a stream without
/// a name, for one that another stream has, unless one of them has a condition, and for a `primary_key` that is wrong.
std::vector<declared_stream> declared_streams(const manifest& m, const stream_states& has_state = {});

/// Whether its schema is to be asked of the API: by a DynamicSchemaLoader.
bool asks_for_schema(const declared_stream& stream);

/// The JSON Schema that a stream's loaders have in the manifest; "" where there is none.
std::string schema_of(const node& stream);

/// Whether it is a StateDelegatingStream whose two streams have its name, as they must.
bool has_delegates(const node& stream);
inline constexpr const char* wrong_delegates =
    "`full_refresh_stream` and `incremental_stream` must be there, and both have the name of the stream itself";

/// What a StateDelegatingStream reads: the incremental stream where there is a state, else the one of everything. Any
/// other stream is itself. Throws errc::config unless has_delegates().
node delegate_of(const node& stream, bool has_state);

}  // namespace ingest::rest
