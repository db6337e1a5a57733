#pragma once

#include <cstdint>
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
  std::string write;              ///< `write` of a short spelling: "merge", "skip", "replace"; "" where it is not said
  std::string cursor_field;       ///< "" where the stream is read as a whole each time
  std::vector<std::string> parents;  ///< names of the streams that its partitions are of
  resumption resumes = resumption::stream;
  node component;  ///< of type DeclarativeStream
  node retriever;
};

/// The streams of a manifest that are written out in it, in its order; not those that a template makes, nor those in
/// ConditionalStreams. Throws errc::config, with the line, for a stream without a name, for a name that another stream
/// has, and for a primary key that is neither a name, nor names, nor paths.
std::vector<declared_stream> declared_streams(const manifest& m);

}  // namespace ingest::rest
