#pragma once

#include <memory>
#include <string>

#include "ingest/custom_kinds.hpp"
#include "rest/decoders/decoder.hpp"
#include "rest/selectors/record_selector.hpp"

/// What stands for components of one's own where records are read. `where` names the component in messages.
namespace ingest::rest {

/// CustomDecoder. All that it makes of a body is in memory at a time.
class custom_decoder final : public decoder {
 public:
  custom_decoder(custom::decoder made, std::string where) : made_(std::move(made)), where_(std::move(where)) {}

  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;
  bool shows_response() const override { return true; }

 private:
  custom::decoder made_;
  std::string where_;
};

/// CustomTransformation.
class custom_transformation final : public transformation {
 public:
  custom_transformation(custom::transformation made, std::string where)
      : made_(std::move(made)), where_(std::move(where)) {}

  value apply(const value& record, const variables& given) const override;

 private:
  custom::transformation made_;
  std::string where_;
};

/// CustomRecordExtractor, and a DpathExtractor for one.
record_extraction extraction_by(custom::extractor made, std::string where);
custom::extractor extractor_by(record_extractor path);

/// CustomRecordFilter.
record_condition condition_by(custom::record_filter made);

/// CustomSchemaNormalization; `schema` is the stream's, JSON.
record_normalization normalization_by(custom::normalization made, std::string schema, std::string where);

}  // namespace ingest::rest
