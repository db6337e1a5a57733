#pragma once

#include <string>
#include <string_view>

namespace ingest::rest {

/// Signs by an algorithm of RFC 7518, section 3.1 (HS, RS, PS, ES of 256, 384 and 512), RFC 8812 (ES256K) or RFC 8037
/// (EdDSA). `key` is the secret of HS, or a private key in PEM, which `passphrase` may open. Throws errc::config,
/// without anything of the key, for an algorithm that is none of these and a key that is not of the algorithm.
std::string jwt_signature(std::string_view algorithm, const std::string& key, const std::string& passphrase,
                          std::string_view content);

}  // namespace ingest::rest
