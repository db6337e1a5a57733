#include "from/from.hpp"

#include <array>

namespace ingest::app {

const from_kind& from_of(const settings& s) {
  static const std::array kinds = {&from_api,    &from_file,   &from_stdin, &from_connector,
                                   &from_singer, &from_airbyte};  // in the order of source_choice::kind
  return *kinds.at(static_cast<std::size_t>(s.from.what));
}

key_transform keys_for(const settings& s) {
  return key_transform(s.id_pointer, s.from.is_csv() ? empty_id::is_none : empty_id::is_one);
}

}  // namespace ingest::app
