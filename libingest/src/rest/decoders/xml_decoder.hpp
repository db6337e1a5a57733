#pragma once

#include "rest/decoders/decoder.hpp"

namespace ingest::rest {

/// XmlDecoder: one document, a dict with the root element. Elements are mapped as Python's xmltodict maps them:
/// attributes are members "@name", text beside attributes or elements "#text", elements of one name within another a
/// list, an element with nothing in it null, one with text alone that text; blanks around text are taken away, names
/// keep their prefixes. The encoding is that of the byte order mark or the XML declaration, else UTF-8.
class xml_decoder final : public decoder {
 public:
  /// Throws errc::bad_data for what is no XML, for entities that the document defines itself or elsewhere (a few bytes
  /// may stand for any number of them), and for elements nested more deeply than values may be.
  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;
  bool shows_response() const override { return true; }
};

}  // namespace ingest::rest
