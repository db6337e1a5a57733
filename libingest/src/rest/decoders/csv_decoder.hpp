#pragma once

#include <string>
#include <vector>

#include "rest/decoders/decoder.hpp"
#include "rest/decoders/text_encoding.hpp"

namespace ingest::rest {

struct csv_decoder_options {
  std::string delimiter = ",";  ///< one byte, or "\t" as it is written in a manifest
  text_encoding encoding = {};
  std::vector<std::string> set_values_to_none = {};
  std::string where = {};
};

/// CsvDecoder: a document a row, of texts, whose names are in the first row. What a row lacks is null; empty rows are
/// none. A row with more values than there are names is an error; so is one with different values in columns of one
/// name, and a page or a JSON text with an error in place of rows.
class csv_decoder final : public decoder {
 public:
  /// Throws errc::config for another delimiter.
  explicit csv_decoder(csv_decoder_options options);
  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;

 private:
  csv_decoder_options options_;
  char delimiter_;
};

}  // namespace ingest::rest
