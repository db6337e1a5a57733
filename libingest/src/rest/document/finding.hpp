#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::rest {

/// Something that is to be said of a place in a document.
struct finding {
  enum class weight : std::uint8_t {
    error,  ///< it is wrong, and only a person can mend it
    lack,   ///< it is right, but cannot be done here
    note,   ///< it can be used as it is
  };

  enum weight weight = weight::note;
  std::string path;  ///< "streams[2].retriever.requester"
  int line = 0;
  std::string text;
  std::string component = {};  ///< the type that is lacking

  bool hinders() const { return weight != weight::note; }
};

/// "error", "lack", "note".
std::string_view name_of(enum finding::weight w);

/// All that hinder, as texts, with "; " between them.
std::string hindrances(const std::vector<finding>& findings);

/// "streams[2].retriever, line 41: misses `requester`".
std::string to_text(const finding& f);

}  // namespace ingest::rest
