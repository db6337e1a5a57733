#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "ingest/file_system.hpp"

namespace ingest::rest {

/// What an OAuth server has issued last.
struct oauth_tokens {
  std::string refresh_token;
  std::string access_token = {};
  std::optional<std::chrono::sys_seconds> expires = {};

  bool operator==(const oauth_tokens&) const = default;
};

/// Where tokens outlive the process. A server that rotates refresh tokens takes each of them once: whoever loses the
/// newest one is locked out until a person logs in again. Thread-safe.
class token_store {
 public:
  virtual ~token_store() = default;

  /// The tokens that have come of the settings' refresh token, of which `origin` is the fingerprint; nothing if none
  /// were saved, or if those are of another one: then a person has logged in anew. Throws errc::io, errc::bad_data.
  virtual std::optional<oauth_tokens> load(const std::string& origin) = 0;

  /// Returns when the tokens are durable. Throws errc::io, errc::no_space: they must not be used then.
  virtual void save(const std::string& origin, const oauth_tokens& tokens) = 0;
};

/// SHA-256, in hex, of a refresh token that a store must not show.
std::string fingerprint_of(const std::string& refresh_token);

/// A file of mode 0600, replaced in one step: a temporary beside it is written, synced, renamed.
class token_file final : public token_store {
 public:
  token_file(file_system& files, std::filesystem::path path) : files_(files), path_(std::move(path)) {}

  std::optional<oauth_tokens> load(const std::string& origin) override;
  void save(const std::string& origin, const oauth_tokens& tokens) override;

 private:
  file_system& files_;
  std::filesystem::path path_;
  std::mutex mutex_;
};

}  // namespace ingest::rest
