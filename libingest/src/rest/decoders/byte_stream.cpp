#include "rest/decoders/byte_stream.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::rest {

std::string_view whole_body::next() {
  return std::exchange(bytes_, std::string_view());
}

gathered_body::gathered_body(std::unique_ptr<byte_stream> from, std::size_t most) : from_(std::move(from)) {
  const std::string_view first = from_->next();
  if (from_->keeps_pieces()) {
    bytes_ = first;  // it has one piece
    return;
  }
  for (std::string_view piece = first; !piece.empty(); piece = from_->next()) {
    if (piece.size() > most - std::min(most, kept_.size())) {
      refuse_size("a document", most);
    }
    kept_ += piece;
  }
  bytes_ = kept_;
}

void refuse_size(const std::string& what, std::size_t most) {
  throw error(errc::bad_data, what + " of the answer has more than " + std::to_string(most) +
                                  " bytes (`max_body_bytes`) when it is unpacked: ask for less, or raise the limit");
}

}  // namespace ingest::rest
