#include "rest/decoders/decoder.hpp"

namespace ingest::rest {

void decoder::decode(std::string_view body, const std::function<void(const value& document)>& each) const {
  const auto found = documents(std::make_unique<whole_body>(body), limits());
  while (const auto document = found->next()) {
    each(*document);
  }
}

}  // namespace ingest::rest
