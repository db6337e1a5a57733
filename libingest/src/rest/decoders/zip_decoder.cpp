#include "rest/decoders/zip_decoder.hpp"

#include "ingest/error.hpp"
#include "rest/decoders/zip_archive.hpp"

namespace ingest::rest {

namespace {

class zip_documents final : public document_stream {
 public:
  zip_documents(std::unique_ptr<byte_stream> body, std::shared_ptr<const decoder> inner, const decoding_limits& most)
      : body_(std::move(body), most.text),
        archive_(body_.bytes(), most.unpacked),
        inner_(std::move(inner)),
        most_(most) {}

  std::optional<value> next() override {
    for (; next_member(); ++index_) {
      if (auto document = next_of_member()) {
        return document;
      }
      member_.reset();
    }
    return std::nullopt;
  }

 private:
  bool next_member() {
    while (index_ < archive_.size() && archive_.is_folder(index_)) {
      ++index_;
    }
    return index_ < archive_.size();
  }

  std::optional<value> next_of_member() {
    try {
      if (!member_) {
        member_ = inner_->documents(archive_.open(index_), most_);
      }
      return member_->next();
    } catch (const error& fault) {
      throw error(fault.code(),
                  std::string(fault.what()) + " (in the ZIP archive: member " + archive_.name(index_) + ")",
                  fault.transient());
    }
  }

  gathered_body body_;
  zip_archive archive_;
  std::shared_ptr<const decoder> inner_;
  decoding_limits most_;
  std::uint64_t index_ = 0;
  std::unique_ptr<document_stream> member_;
};

}  // namespace

std::unique_ptr<document_stream> zip_decoder::documents(std::unique_ptr<byte_stream> body,
                                                        const decoding_limits& most) const {
  return std::make_unique<zip_documents>(std::move(body), inner_, most);
}

}  // namespace ingest::rest
