#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ingest/transform.hpp"

struct evp_md_ctx_st;

namespace ingest {

/// Computes the SHA-256 of the bytes that pass, unchanged. Keep a std::shared_ptr to it to ask for the digest once the
/// run is over.
class sha256_transform final : public transform {
 public:
  sha256_transform();

  std::optional<batch> apply(batch input) override;

  /// Of all bytes so far, in lower-case hexadecimal.
  std::string hex_digest() const;

 private:
  struct freed {
    void operator()(evp_md_ctx_st* c) const;
  };
  std::unique_ptr<evp_md_ctx_st, freed> context_;
};

}  // namespace ingest
