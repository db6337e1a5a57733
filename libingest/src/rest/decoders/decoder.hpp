#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "rest/decoders/byte_stream.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// The documents of a body, one after the other. To be used by one thread at a time, while the decoder lives.
class document_stream {
 public:
  virtual ~document_stream() = default;

  /// The next one; nothing at the end. Throws errc::bad_data for what of the body cannot be read.
  virtual std::optional<value> next() = 0;
};

/// Makes documents of the body of an answer. Changes nothing; thread-safe.
class decoder {
 public:
  virtual ~decoder() = default;

  /// The documents of a body, of which no more is in memory at a time than `most` allows, and what has to be looked at
  /// as a whole.
  virtual std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                                     const decoding_limits& most) const = 0;

  /// Calls each() with one document after the other. Throws errc::bad_data for a body that it cannot read, and for one
  /// that is too large when it is unpacked.
  virtual void decode(std::string_view body, const std::function<void(const value& document)>& each) const;

  /// Whether bodies are JSON texts, whose records may go on as they came.
  virtual bool is_json() const { return false; }

  /// Whether pagination sees the first document as `response`; or an empty dict, as with all that the CDK streams.
  virtual bool shows_response() const { return false; }

 protected:
  /// What decode() keeps to.
  virtual decoding_limits limits() const { return {}; }
};

}  // namespace ingest::rest
