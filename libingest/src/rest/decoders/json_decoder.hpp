#pragma once

#include "rest/decoders/decoder.hpp"

namespace ingest::rest {

/// JsonDecoder: the elements of an array, or the one value.
class json_decoder final : public decoder {
 public:
  void decode(std::string_view body, const std::function<void(const value& document)>& each) const override;
  bool is_json() const override { return true; }
  bool shows_response() const override { return true; }
};

}  // namespace ingest::rest
