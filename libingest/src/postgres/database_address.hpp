#pragma once

#include <string>

namespace ingest::detail {

/// A connection URL, taken apart as far as messages need it.
class database_address {
 public:
  /// Throws errc::config for what is no connection URL. Registers the password as a secret of the log.
  explicit database_address(std::string url);

  const std::string& url() const { return url_; }

  /// How messages name the database: `url` (postgresql://user@host:5432/name), without its password.
  const std::string& shown() const { return shown_; }

  /// `text` without the password, wherever it may have got into it.
  std::string without_password(std::string text) const;

 private:
  std::string url_;
  std::string password_;
  std::string shown_;
};

}  // namespace ingest::detail
