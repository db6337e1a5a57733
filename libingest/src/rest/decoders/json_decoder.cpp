#include "rest/decoders/json_decoder.hpp"

#include "rest/decoders/json_body.hpp"

namespace ingest::rest {

namespace {

/// Holds the text and where its documents are: of what may be a large array a value is made of one element at a time.
class json_documents final : public document_stream {
 public:
  json_documents(std::unique_ptr<byte_stream> body, std::size_t most)
      : body_(std::move(body), most), found_(documents_of(body_.bytes())) {}

  std::optional<value> next() override {
    return next_ == found_.size() ? std::nullopt : std::optional(document_of(found_[next_++]));
  }

 private:
  gathered_body body_;
  std::vector<std::string_view> found_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<document_stream> json_decoder::documents(std::unique_ptr<byte_stream> body,
                                                         const decoding_limits& most) const {
  return std::make_unique<json_documents>(std::move(body), most.text);
}

}  // namespace ingest::rest
