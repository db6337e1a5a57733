#include "rest/streams/download.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace ingest::rest {

download::download(answer from, const decoder& by, const record_extractor& extractor, const decoding_limits& most)
    : from_(std::move(from)),
      extractor_(extractor),
      shows_response_(by.shows_response()),
      documents_(by.documents(std::make_unique<whole_body>(from_.body()), most)) {}

std::optional<value> download::next() {
  while (records_.empty()) {
    if (!next_document()) {
      return std::nullopt;
    }
  }
  last_ = std::move(records_.front());
  records_.pop_front();
  ++taken_;
  // Kept in positions, where it is only ever compared with those of the same program.
  like_ = like_ * 0x9E3779B97F4A7C15U + std::hash<std::string_view>()(last_.to_json());
  return last_;
}

bool download::next_document() {
  const auto document = documents_->next();
  if (!document) {
    return false;
  }
  if (!std::exchange(begun_, true) && shows_response_) {
    response_ = *document;
  }
  const bool found = extractor_.extract(*document, [this](const value& record) { records_.push_back(record); });
  place_found_ = place_found_ || found;
  return true;
}

}  // namespace ingest::rest
