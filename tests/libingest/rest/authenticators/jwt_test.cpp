#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <boost/test/unit_test.hpp>

#include "core/base64.hpp"
#include "rest/authenticators/jwt_authenticator.hpp"
#include "rest/authenticators/jwt_signature.hpp"
#include "support/fake_time.hpp"

using namespace std::chrono_literals;
using namespace ingest::rest;
using ingest::errc;
using ingest::error;
using ingest::testing::fake_time;

namespace {

interpolation text(const std::string& t) {
  return interpolation(t, "jwt");
}

using key_pair = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

key_pair owned(EVP_PKEY* key) {
  BOOST_REQUIRE(key != nullptr);
  return {key, &EVP_PKEY_free};
}

std::string pem_of(EVP_PKEY* key, const std::string& passphrase = "") {
  BIO* const bio = BIO_new(BIO_s_mem());
  BOOST_REQUIRE(PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase.empty() ? nullptr : EVP_aes_256_cbc(),
                                              passphrase.data(), static_cast<int>(passphrase.size()), nullptr,
                                              nullptr) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string pem(bytes, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

bool verifies(EVP_PKEY* key, const EVP_MD* digest, std::string signature, const std::string& content,
              bool pss = false) {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* of_key = nullptr;
  BOOST_REQUIRE(EVP_DigestVerifyInit(context, &of_key, digest, nullptr, key) == 1);
  if (pss) {
    EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING);
  }
  const int verdict =
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(content.data()), content.size());
  EVP_MD_CTX_free(context);
  return verdict == 1;
}

std::string as_asn1(const std::string& halves) {
  const int half = static_cast<int>(halves.size() / 2);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(halves.data());
  ECDSA_SIG* const signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(bytes, half, nullptr), BN_bin2bn(bytes + half, half, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return text;
}

bool is_config(const error& e) {
  return e.code() == errc::config;
}

jwt_options options_at(const fake_time& time) {
  jwt_options o;
  o.given.config = value::from_json(R"({"key":"the-secret","id":"42"})");
  o.where = "jwt";
  o.algorithm = "HS256";
  o.secret_key = text("{{ config['key'] }}");
  o.time = time.as_timing();
  return o;
}

std::string token_of(const jwt_options& o) {
  jwt_authenticator a(o);
  return a.token({}).text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signatures)

BOOST_AUTO_TEST_CASE(of_shared_secrets_are_those_of_others) {
  // hmac.new(b"key", b"The quick brown fox jumps over the lazy dog", sha…) of Python.
  const std::string fox = "The quick brown fox jumps over the lazy dog";
  BOOST_TEST(ingest::detail::base64url(jwt_signature("HS256", "key", "", fox)) ==
             "97yD9DBThCSxMpjmqm-xQ-9NWaFJRhdZl0edvC0aPNg");
  BOOST_TEST(ingest::detail::base64url(jwt_signature("HS512", "key", "", fox)) ==
             "tCrwkFe6weLUFwjkipAuCbX_fxKrQopP6GZTxz3SSPuC-UilSfe3kaW0GRXuTR7Dk1NX5OIxclDQNyr6Lr7rOg");
}

BOOST_AUTO_TEST_CASE(by_rsa_verify) {
  const key_pair key = owned(EVP_RSA_gen(2048));
  const std::string pem = pem_of(key.get());
  BOOST_TEST(verifies(key.get(), EVP_sha256(), jwt_signature("RS256", pem, "", "text"), "text"));
  BOOST_TEST(verifies(key.get(), EVP_sha512(), jwt_signature("RS512", pem, "", "text"), "text"));
  BOOST_TEST(verifies(key.get(), EVP_sha384(), jwt_signature("PS384", pem, "", "text"), "text", true));
  BOOST_CHECK_EXCEPTION(jwt_signature("ES256", pem, "", "text"), error, is_config);
}

BOOST_AUTO_TEST_CASE(by_elliptic_curves_verify) {
  for (const auto& [name, curve, size] : {std::tuple("ES256", "P-256", 64U), std::tuple("ES256K", "secp256k1", 64U),
                                          std::tuple("ES384", "P-384", 96U), std::tuple("ES512", "P-521", 132U)}) {
    const key_pair key = owned(EVP_EC_gen(curve));
    const std::string signature = jwt_signature(name, pem_of(key.get()), "", "text");
    const EVP_MD* const digest = size == 64 ? EVP_sha256() : size == 96 ? EVP_sha384() : EVP_sha512();
    BOOST_TEST(signature.size() == size);
    BOOST_TEST(verifies(key.get(), digest, as_asn1(signature), "text"));
  }
  BOOST_CHECK_EXCEPTION(jwt_signature("ES256", pem_of(owned(EVP_EC_gen("P-384")).get()), "", "text"), error, is_config);
  const key_pair edwards = owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  BOOST_TEST(verifies(edwards.get(), nullptr, jwt_signature("EdDSA", pem_of(edwards.get()), "", "text"), "text"));
}

BOOST_AUTO_TEST_CASE(open_keys_with_their_passphrase) {
  const key_pair key = owned(EVP_EC_gen("P-256"));
  const std::string pem = pem_of(key.get(), "open sesame");
  BOOST_TEST(jwt_signature("ES256", pem, "open sesame", "text").size() == 64U);
  BOOST_CHECK_EXCEPTION(jwt_signature("ES256", pem, "wrong", "text"), error, is_config);
  BOOST_CHECK_EXCEPTION(jwt_signature("ES256", pem, "", "text"), error, is_config);
}

BOOST_AUTO_TEST_CASE(do_not_show_the_key_that_is_none) {
  BOOST_CHECK_EXCEPTION(jwt_signature("RS256", "s3cret", "", "text"), error, [](const error& e) {
    return is_config(e) && std::string(e.what()).find("s3cret") == std::string::npos;
  });
  BOOST_CHECK_EXCEPTION(jwt_signature("none", "s3cret", "", "text"), error, is_config);
  BOOST_CHECK_EXCEPTION(jwt_signature("HS256", "", "", "text"), error, is_config);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(jwt_authenticators)

BOOST_AUTO_TEST_CASE(sign_headers_and_claims_of_now) {
  const fake_time time(1'700'000'000s);
  jwt_options o = options_at(time);
  o.typ = text("JWT");
  o.kid = text("{{ config['id'] }}");
  o.iss = text("me");
  o.aud = text("{{ ['a', 'b'] }}");
  o.additional_jwt_payload.members.emplace_back(text("scope"), text("read"));
  o.token_duration = 600;
  const std::string header = ingest::detail::base64url(R"({"alg":"HS256","kid":"42","typ":"JWT"})");
  const std::string payload = ingest::detail::base64url(
      R"({"scope":"read","iss":"me","aud":["a","b"],"iat":1700000000,"exp":1700000600,"nbf":1700000000})");
  const std::string content = header + "." + payload;
  BOOST_TEST(token_of(o) ==
             content + "." + ingest::detail::base64url(jwt_signature("HS256", "the-secret", "", content)));
}

BOOST_AUTO_TEST_CASE(put_the_token_where_they_are_told) {
  const fake_time time;
  jwt_options o = options_at(time);
  o.header_prefix = text("Bearer");
  jwt_authenticator in_header(o);
  BOOST_TEST(in_header.present({}).options.headers.find("Authorization")->text() == token_of(o));
  BOOST_TEST(token_of(o).starts_with("Bearer ey"));
  o.where_to_put_it = request_option(request_option::target::request_parameter, {text("jwt")});
  jwt_authenticator in_query(o);
  BOOST_TEST(in_query.present({}).options.parameters.find("jwt")->text() == token_of(o));
}

BOOST_AUTO_TEST_CASE(may_encode_the_secret_first) {
  const fake_time time;
  jwt_options o = options_at(time);
  o.base64_encode_secret_key = true;
  const std::string token = token_of(o);
  const std::string content = token.substr(0, token.rfind('.'));
  BOOST_TEST(token ==
             content + "." +
                 ingest::detail::base64url(jwt_signature("HS256", ingest::detail::base64("the-secret"), "", content)));
}

BOOST_AUTO_TEST_CASE(refuse_what_they_set_themselves) {
  const fake_time time;
  jwt_options o = options_at(time);
  o.additional_jwt_payload.members.emplace_back(text("exp"), text("1"));
  BOOST_CHECK_EXCEPTION(token_of(o), error, is_config);
  o = options_at(time);
  o.additional_jwt_headers.members.emplace_back(text("kid"), text("1"));
  BOOST_CHECK_EXCEPTION(token_of(o), error, is_config);
}

BOOST_AUTO_TEST_SUITE_END()
