#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "http/body_decoder.hpp"
#include "rest/decoders/byte_stream.hpp"

namespace ingest::rest {

/// A body that may be compressed by gzip, as its first two bytes tell: unpacked piece by piece, or as it is.
class inflated_stream final : public byte_stream {
 public:
  /// `most`: bytes that may come of it.
  inflated_stream(std::unique_ptr<byte_stream> from, std::size_t most);

  /// Throws errc::bad_data for what is damaged or cut short, and beyond the limit.
  std::string_view next() override;

 private:
  std::string_view beginning();
  std::string_view next_unpacked();
  void unpack(std::string_view piece);

  std::unique_ptr<byte_stream> from_;
  std::size_t most_;
  detail::body_decoder unpacking_;
  bool begun_ = false;
  bool packed_ = false;
  bool ended_ = false;
  std::size_t given_ = 0;
  std::string head_;  // where the first pieces were too short to tell what they are
  std::string_view packed_rest_;
  std::string unpacked_;
};

}  // namespace ingest::rest
