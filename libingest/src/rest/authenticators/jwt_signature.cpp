#include "rest/authenticators/jwt_signature.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

struct releaser {
  void operator()(BIO* b) const { BIO_free(b); }
  void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }
  void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
  void operator()(ECDSA_SIG* s) const { ECDSA_SIG_free(s); }
};
template <class T>
using owned = std::unique_ptr<T, releaser>;

struct algorithm_traits {
  std::string_view name;
  enum class family { hmac, rsa, rsa_pss, ecdsa, eddsa } kind;
  const EVP_MD* (*digest)();
  int half = 0;                 // of a signature of ECDSA: bytes of r, and of s
  const char* curve = nullptr;  // as OpenSSL calls it
};

using family = algorithm_traits::family;

constexpr algorithm_traits algorithms[] = {
    {"HS256", family::hmac, EVP_sha256},
    {"HS384", family::hmac, EVP_sha384},
    {"HS512", family::hmac, EVP_sha512},
    {"RS256", family::rsa, EVP_sha256},
    {"RS384", family::rsa, EVP_sha384},
    {"RS512", family::rsa, EVP_sha512},
    {"PS256", family::rsa_pss, EVP_sha256},
    {"PS384", family::rsa_pss, EVP_sha384},
    {"PS512", family::rsa_pss, EVP_sha512},
    {"ES256", family::ecdsa, EVP_sha256, 32, "prime256v1"},
    {"ES256K", family::ecdsa, EVP_sha256, 32, "secp256k1"},
    {"ES384", family::ecdsa, EVP_sha384, 48, "secp384r1"},
    {"ES512", family::ecdsa, EVP_sha512, 66, "secp521r1"},
    {"EdDSA", family::eddsa, nullptr},
};

[[noreturn]] void refuse(const std::string& why) {
  ERR_clear_error();
  throw error(errc::config, "the JSON Web Token cannot be signed: " + why);
}

int copy_passphrase(char* to, int size, int, void* passphrase) {
  const auto& text = *static_cast<const std::string*>(passphrase);
  const int length = std::min(size, static_cast<int>(text.size()));
  std::memcpy(to, text.data(), static_cast<std::size_t>(length));
  return length;
}

owned<EVP_PKEY> read_key(const std::string& pem, const std::string& passphrase) {
  const owned<BIO> bytes(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bytes) {
    throw std::bad_alloc();
  }
  auto* const context = const_cast<std::string*>(&passphrase);  // OpenSSL hands it back to copy_passphrase()
  owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bytes.get(), nullptr, copy_passphrase, context));
  if (!key) {
    refuse(
        "`secret_key` is no private key in PEM (\"-----BEGIN …\" with line breaks), or `passphrase` does not open it");
  }
  return key;
}

void require_fit(const algorithm_traits& a, const EVP_PKEY* key) {
  const int type = EVP_PKEY_get_base_id(key);
  const bool is_rsa = type == EVP_PKEY_RSA || (type == EVP_PKEY_RSA_PSS && a.kind == family::rsa_pss);
  const bool is_eddsa = type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448;
  bool fits = a.kind == family::eddsa ? is_eddsa : is_rsa;
  if (a.kind == family::ecdsa) {
    std::array<char, 64> curve{};
    fits = type == EVP_PKEY_EC &&
           EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), curve.size(), nullptr) == 1 &&
           std::string_view(curve.data()) == a.curve;
  }
  if (!fits) {
    refuse("`secret_key` is a key of another kind than " + std::string(a.name) + " needs");
  }
}

/// RFC 7518, section 3.4: r and s, each of full length, where OpenSSL has ASN.1.
std::string as_halves(const std::string& der, int half) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const owned<ECDSA_SIG> signature(d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())));
  std::string halves(2 * static_cast<std::size_t>(half), '\0');
  auto* const to = reinterpret_cast<unsigned char*>(halves.data());
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), to, half) != half ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), to + half, half) != half) {
    refuse("OpenSSL made no signature of it");
  }
  return halves;
}

std::string sign_with_key(const algorithm_traits& a, EVP_PKEY* key, std::string_view content) {
  const owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* of_key = nullptr;
  const EVP_MD* const digest = a.digest == nullptr ? nullptr : a.digest();
  bool ready = context && EVP_DigestSignInit(context.get(), &of_key, digest, nullptr, key) == 1;
  if (ready && a.kind == family::rsa_pss) {
    ready = EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  const auto* const bytes = reinterpret_cast<const unsigned char*>(content.data());
  std::size_t size = 0;
  ready = ready && EVP_DigestSign(context.get(), nullptr, &size, bytes, content.size()) == 1;
  std::string signature(size, '\0');
  if (!ready || EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                               content.size()) != 1) {
    refuse("OpenSSL cannot use `secret_key` for " + std::string(a.name));
  }
  signature.resize(size);
  return a.kind == family::ecdsa ? as_halves(signature, a.half) : signature;
}

std::string sign_with_secret(const algorithm_traits& a, const std::string& secret, std::string_view content) {
  if (secret.empty()) {
    refuse("`secret_key` is empty");
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (HMAC(a.digest(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(content.data()), content.size(), bytes.data(), &size) == nullptr) {
    refuse("OpenSSL cannot use `secret_key` for " + std::string(a.name));
  }
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

}  // namespace

std::string jwt_signature(std::string_view algorithm, const std::string& key, const std::string& passphrase,
                          std::string_view content) {
  const auto* const found = std::find_if(std::begin(algorithms), std::end(algorithms),
                                         [&](const algorithm_traits& a) { return a.name == algorithm; });
  if (found == std::end(algorithms)) {
    refuse("`algorithm` is none of HS256, HS384, HS512, RS256 …, PS256 …, ES256 …, ES256K, EdDSA");
  }
  if (found->kind == family::hmac) {
    return sign_with_secret(*found, key, content);
  }
  const owned<EVP_PKEY> private_key = read_key(key, passphrase);
  require_fit(*found, private_key.get());
  return sign_with_key(*found, private_key.get(), content);
}

}  // namespace ingest::rest
