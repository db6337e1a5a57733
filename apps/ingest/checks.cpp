#include "checks.hpp"

namespace ingest::app {

std::vector<check> connection_checks(const settings&) {
  return {};
}

}  // namespace ingest::app
