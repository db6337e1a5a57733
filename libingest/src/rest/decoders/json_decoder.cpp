#include "rest/decoders/json_decoder.hpp"

#include "rest/decoders/json_body.hpp"

namespace ingest::rest {

void json_decoder::decode(std::string_view body, const std::function<void(const value& document)>& each) const {
  for_each_document(body, each);
}

}  // namespace ingest::rest
