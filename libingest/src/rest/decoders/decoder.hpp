#pragma once

#include <functional>
#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Makes documents of the body of an answer. Changes nothing; thread-safe.
class decoder {
 public:
  virtual ~decoder() = default;

  /// Calls each() with one document after the other. Throws errc::bad_data for a body that it cannot read.
  virtual void decode(std::string_view body, const std::function<void(const value& document)>& each) const = 0;

  /// Whether bodies are JSON texts, whose records may go on as they came.
  virtual bool is_json() const { return false; }

  /// Whether pagination sees the first document as `response`; or an empty dict, as with all that the CDK streams.
  virtual bool shows_response() const { return false; }
};

}  // namespace ingest::rest
