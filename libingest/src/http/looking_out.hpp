#pragma once

#include <string>

#include "ingest/row_encoder.hpp"

namespace ingest::detail {

/// Looks out for an event while rows are encoded.
class looking_out final : public row_encoder {
 public:
  looking_out(const row_encoder& encoder, const std::string& id, bool& met) : encoder_(encoder), id_(id), met_(met) {}

  void append(std::optional<std::string_view> id, std::string_view json, std::string& out) const override {
    met_ = met_ || id == id_;
    encoder_.append(id, json, out);
  }

 private:
  const row_encoder& encoder_;
  const std::string& id_;
  bool& met_;
};

}  // namespace ingest::detail
