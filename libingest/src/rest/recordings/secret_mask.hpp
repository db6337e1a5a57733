#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/http_client.hpp"
#include "rest/document/node.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What stands for secrets in recordings. Masking a text that is masked changes nothing.
class secret_mask {
 public:
  /// Wherever `secret` is found, `stands_for_it` is written. Those of less than four bytes are not looked for, as they
  /// would be found everywhere.
  void add(const std::string& secret, const std::string& stands_for_it);

  /// The secrets of a connection's settings, by their paths: `secrets`, and texts whose names say that they are some.
  /// Returns the settings without them.
  value add_settings(const value& config, const std::vector<std::string>& secrets);

  /// The texts in a JSON body or a form whose names say that they are secrets.
  void add_named(std::string_view body);
  void add_query(std::string_view url);

  /// All spellings, and all base64 texts that hold a secret, replaced.
  std::string masked(std::string_view text) const;

  /// Headers that are likely to be a secret as a whole, but for the scheme of Authorization.
  http_header masked(const http_header& header) const;

 private:
  struct needle {
    std::string text;
    std::string stands_for_it;
    bool base64 = false;
  };

  value without_secrets(const value& of, const std::string& path, const std::vector<std::string>& secrets);
  void add_named(const value& of, std::size_t depth);
  void add_pairs(std::string_view pairs);
  void add_member(const std::string& name, const std::string& content);
  std::string without(const needle& n, std::string text) const;

  std::vector<needle> needles_;  // longest first
};

}  // namespace ingest::rest
