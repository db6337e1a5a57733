#pragma once

#include <string>

#include "ingest/record_encoder.hpp"

namespace ingest::detail {

/// Looks out for an event while records are encoded.
class looking_out final : public record_encoder {
 public:
  looking_out(const record_encoder& encoder, const std::string& id, bool& met)
      : encoder_(encoder), id_(id), met_(met) {}

  void append(std::optional<std::string_view> id, std::string_view json, std::string& out) const override {
    met_ = met_ || id == id_;
    encoder_.append(id, json, out);
  }
  void append_refused(std::string_view reason, std::string_view bytes, std::string& out) const override {
    encoder_.append_refused(reason, bytes, out);
  }

 private:
  const record_encoder& encoder_;
  const std::string& id_;
  bool& met_;
};

}  // namespace ingest::detail
