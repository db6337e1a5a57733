#include "rest/expressions/digests.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <memory>

#include "ingest/error.hpp"

namespace ingest::rest::expressions {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string hexadecimal(const unsigned char* bytes, std::size_t size) {
  std::string digits;
  for (std::size_t i = 0; i < size; ++i) {
    digits += {"0123456789abcdef"[bytes[i] >> 4], "0123456789abcdef"[bytes[i] & 15]};
  }
  return digits;
}

const EVP_MD* algorithm(std::string_view name) {
  static constexpr std::pair<std::string_view, const char*> known[] = {
      {"md5", "MD5"},           {"sha1", "SHA1"},         {"sha224", "SHA224"},      {"sha256", "SHA256"},
      {"sha384", "SHA384"},     {"sha512", "SHA512"},     {"sha3_224", "SHA3-224"},  {"sha3_256", "SHA3-256"},
      {"sha3_384", "SHA3-384"}, {"sha3_512", "SHA3-512"}, {"blake2b", "BLAKE2B512"}, {"blake2s", "BLAKE2S256"}};
  const auto* const found = std::find_if(std::begin(known), std::end(known), [&](auto& k) { return k.first == name; });
  return found == std::end(known) ? nullptr : EVP_get_digestbyname(found->second);
}

}  // namespace

std::optional<std::string> digest(std::string_view name, std::string_view text, std::string_view salt) {
  const EVP_MD* const by = algorithm(name);
  if (by == nullptr) {
    return std::nullopt;
  }
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!context || EVP_DigestInit_ex(context.get(), by, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), text.data(), text.size()) != 1 ||
      EVP_DigestUpdate(context.get(), salt.data(), salt.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), bytes, &size) != 1) {
    throw error(errc::config, "OpenSSL does not make digests by " + std::string(name) + " here");
  }
  return hexadecimal(bytes, size);
}

std::string hmac_sha256(std::string_view text, std::string_view key) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), bytes, &size) == nullptr) {
    throw error(errc::config, "OpenSSL does not make an HMAC with SHA-256 here");
  }
  return hexadecimal(bytes, size);
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int in_quad = 0;
  int pads = 0;
  for (const char c : text) {
    if (c == '=') {
      if (in_quad >= 2 && in_quad + ++pads >= 4) {
        return out;  // what follows the padding does not count
      }
      continue;
    }
    const std::size_t six = alphabet.find(c);
    if (six == std::string_view::npos) {
      continue;
    }
    pads = 0;
    bits = (bits << 6 | static_cast<std::uint32_t>(six)) & 0xffffff;
    if (in_quad > 0) {
      out += static_cast<char>(bits >> (6 - 2 * in_quad));
    }
    in_quad = (in_quad + 1) % 4;
  }
  return in_quad == 0 ? std::optional(out) : std::nullopt;
}

}  // namespace ingest::rest::expressions
