#include "to/to.hpp"

#include <array>

namespace ingest::app {

const to_kind& to_of(const settings& s) {
  static const std::array kinds = {&to_postgres, &to_file, &to_stdout};  // in the order of target_choice::kind
  return *kinds.at(static_cast<std::size_t>(s.to.what));
}

}  // namespace ingest::app
