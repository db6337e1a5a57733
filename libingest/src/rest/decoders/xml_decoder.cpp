#include "rest/decoders/xml_decoder.hpp"

#include <utility>

#include "rest/decoders/json_body.hpp"
#include "rest/decoders/xml_tree.hpp"

namespace ingest::rest {

namespace {

class xml_document final : public document_stream {
 public:
  xml_document(std::unique_ptr<byte_stream> body, std::size_t most) : body_(std::move(body), most) {}

  std::optional<value> next() override {
    if (std::exchange(given_, true)) {
      return std::nullopt;
    }
    return is_blank(body_.bytes()) ? value::dict_of({}) : parse_xml(body_.bytes());
  }

 private:
  gathered_body body_;
  bool given_ = false;
};

}  // namespace

std::unique_ptr<document_stream> xml_decoder::documents(std::unique_ptr<byte_stream> body,
                                                        const decoding_limits& most) const {
  return std::make_unique<xml_document>(std::move(body), most.text);
}

}  // namespace ingest::rest
