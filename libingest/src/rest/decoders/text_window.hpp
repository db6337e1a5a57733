#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "rest/decoders/byte_stream.hpp"

namespace ingest::rest {

/// The part of a text that is being looked at: what a record is searched in that may go over pieces.
class text_window {
 public:
  /// `most`: bytes that one record may have.
  text_window(std::unique_ptr<byte_stream> from, std::size_t most) : from_(std::move(from)), most_(most) {}
  text_window(const text_window&) = delete;
  text_window& operator=(const text_window&) = delete;

  std::string_view rest() const { return rest_; }

  /// Whether nothing comes behind rest().
  bool at_end() const { return at_end_; }

  void drop(std::size_t bytes) { rest_.remove_prefix(bytes); }

  /// Adds to rest(), to where it is twice as long if there is as much: what is searched again and again takes no time
  /// in proportion to its square. False where there is no more. Throws errc::bad_data for a rest() that is too large to
  /// be of one record.
  bool grow();

  /// False at the end of the text.
  bool has_more() { return !rest_.empty() || grow(); }

 private:
  std::unique_ptr<byte_stream> from_;
  std::size_t most_;
  std::string kept_;
  std::string_view rest_;
  bool at_end_ = false;
};

}  // namespace ingest::rest
