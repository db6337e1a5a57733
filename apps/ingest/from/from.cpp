#include "from/from.hpp"

#include <array>

namespace ingest::app {

const from_kind& from_of(const settings& s) {
  static const std::array kinds = {&from_api,    &from_file,   &from_stdin, &from_connector,
                                   &from_singer, &from_airbyte};  // in the order of source_choice::kind
  return *kinds.at(static_cast<std::size_t>(s.from.what));
}

}  // namespace ingest::app
