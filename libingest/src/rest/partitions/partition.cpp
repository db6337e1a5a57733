#include "rest/partitions/partition.hpp"

#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

std::string partition::key() const {
  return canonical_json(values);
}

}  // namespace ingest::rest
