#include "doctor/examination.hpp"

#include <array>

namespace ingest::app {

std::span<const examination> examinations() {
  static constexpr std::array all = {examination{"versions", examine_versions}, examination{"machine", examine_machine},
                                     examination{"disk", examine_disk}, examination{"server", examine_database}};
  return all;
}

}  // namespace ingest::app
