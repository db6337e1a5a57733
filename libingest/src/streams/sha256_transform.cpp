#include "ingest/transforms/sha256_transform.hpp"

#include <openssl/evp.h>

#include "ingest/error.hpp"

namespace ingest {

namespace {

void require(bool worked) {
  if (!worked) {
    throw error(errc::internal, "computing a SHA-256 with OpenSSL failed");
  }
}

}  // namespace

void sha256_transform::freed::operator()(evp_md_ctx_st* c) const {
  ::EVP_MD_CTX_free(c);
}

sha256_transform::sha256_transform() : context_(::EVP_MD_CTX_new()) {
  require(context_ && ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) == 1);
}

std::optional<batch> sha256_transform::apply(batch input) {
  require(::EVP_DigestUpdate(context_.get(), input.bytes().data(), input.bytes().size()) == 1);
  return input;
}

std::string sha256_transform::hex_digest() const {
  // A copy is finished, so that more bytes can follow.
  const std::unique_ptr<evp_md_ctx_st, freed> copy(::EVP_MD_CTX_new());
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  require(copy && ::EVP_MD_CTX_copy_ex(copy.get(), context_.get()) == 1 &&
          ::EVP_DigestFinal_ex(copy.get(), digest, &length) == 1);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    constexpr char digits[] = "0123456789abcdef";
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 15];
  }
  return hex;
}

}  // namespace ingest
