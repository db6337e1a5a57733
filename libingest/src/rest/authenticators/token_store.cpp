#include "rest/authenticators/token_store.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/replaced_file.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

namespace {

constexpr std::uint64_t largest_file = 1u << 20;

std::string text_in(const value& stored, const char* name) {
  const value* const member = stored.find(name);
  return member != nullptr && member->is_text() ? member->text() : "";
}

std::string to_json(const std::string& origin, const oauth_tokens& tokens) {
  dictionary all{{"origin", value::text_of(origin)},
                 {"refresh_token", value::text_of(tokens.refresh_token)},
                 {"access_token", value::text_of(tokens.access_token)}};
  if (tokens.expires) {
    all.set("expires", value::integer_of(tokens.expires->time_since_epoch().count()));
  }
  return value::dict_of(std::move(all)).to_json() + "\n";
}

oauth_tokens parse(const value& stored, const std::filesystem::path& path) {
  oauth_tokens tokens{text_in(stored, "refresh_token"), text_in(stored, "access_token"), std::nullopt};
  if (tokens.refresh_token.empty()) {
    throw error(errc::bad_data, path.string() + ": no refresh token is in it; remove the file and log in again");
  }
  if (const value* const expires = stored.find("expires");
      expires != nullptr && expires->kind() == value::kind::integer) {
    tokens.expires = std::chrono::sys_seconds(std::chrono::seconds(expires->integer()));
  }
  return tokens;
}

}  // namespace

std::string fingerprint_of(const std::string& refresh_token) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(refresh_token.data(), refresh_token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw error(errc::internal, "SHA-256 cannot be computed", false);
  }
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text.append({hex[digest[i] >> 4], hex[digest[i] & 0xF]});
  }
  return text;
}

std::optional<oauth_tokens> token_file::load(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  if (!files_.exists(path_)) {
    return std::nullopt;
  }
  const auto f = files_.open(path_);
  if (f->size() > largest_file) {
    throw error(errc::bad_data, path_.string() + ": no tokens are that large; remove the file and log in again");
  }
  std::string text(f->size(), '\0');
  f->read(0, text.size(), text.data());
  try {
    const value stored = value::from_json(text);
    return text_in(stored, "origin") == origin ? std::optional(parse(stored, path_)) : std::nullopt;
  } catch (const error& e) {
    if (e.code() != errc::bad_data) {
      throw;
    }
    // Not what the parser says: it may quote what is in the file.
    throw error(errc::bad_data, path_.string() + " is damaged; remove it and log in again");
  }
}

void token_file::save(const std::string& origin, const oauth_tokens& tokens) {
  const std::lock_guard lock(mutex_);
  detail::replace_file(files_, path_, to_json(origin, tokens));
}

}  // namespace ingest::rest
