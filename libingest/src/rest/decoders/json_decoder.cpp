#include "rest/decoders/json_decoder.hpp"

#include "rest/decoders/json_body.hpp"

namespace ingest::rest {

void json_decoder::decode(const answer& from, const std::function<void(const value& document)>& each) const {
  for_each_document(from.body(), each);
}

}  // namespace ingest::rest
